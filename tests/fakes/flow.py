"""A flow that only says whether its home is there."""

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    json.dump({"home": Path(os.environ["ECOMINTENT_HOME"]).is_dir()}, sys.stdout)
