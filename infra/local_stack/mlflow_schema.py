"""MLflow's database made or brought up to date. Its address is in STACK_DATABASE; everybody reads a command line."""

import os

if __name__ == "__main__":
    from mlflow.db import commands

    commands.main(["upgrade", os.environ["STACK_DATABASE"]])
