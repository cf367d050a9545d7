"""Fine-tunes the handful of tickets of test_training, as one of however many processes were started.

python -m tests.model.alongside BASE FOLDER
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from ecomintent.model import parallel
from ecomintent.model.training import train
from ecomintent.params import ModelParams
from tests.model.test_training import ROWS, SHORT

if __name__ == "__main__":
    base, folder = sys.argv[1:]
    model = ModelParams(base=base, max_tokens=16)
    told = train(ROWS, ROWS, Path(folder) / "release", model=model, train=replace(SHORT, threads=1))
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if parallel.is_first():
        (Path(folder) / "told.json").write_text(json.dumps(told.to_json() | {"processes": processes}), encoding="utf-8")
