"""The files of infra/secrets that infra/compose.yaml names, made where they are absent. Safe to repeat.

python -m infra.local_stack.compose_secrets infra/secrets
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Final

from infra.local_stack.databases import AUTH_INI

OWNER: Final = 10001
"""The account of the images: compose hands a secret's file on with its owner and mode."""
RANDOM: Final = ("postgres", "storage-key", "mlflow-admin", "mlflow-loop", "mlflow-approver", "mlflow-session")


def make(folder: Path) -> list[str]:
    """Make what is absent, readable by its owner alone; the names of what was made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drawn = {name: secrets.token_urlsafe(24) for name in RANDOM}
    known = {name: (folder / name).read_text().strip() if (folder / name).exists() else drawn[name] for name in RANDOM}
    derived = {
        "prefect-auth": f"stack:{secrets.token_urlsafe(24)}",
        "storage": f"[default]\naws_access_key_id = stack\naws_secret_access_key = {known['storage-key']}",
        "database-url": _database(known, "labels", "psycopg"),
        "mlflow-database": _database(known, "mlflow", "psycopg"),
        "mlflow-auth.ini": AUTH_INI.format(database=_database(known, "mlflow_auth", "psycopg")).strip(),
        "prefect-database": _database(known, "prefect", "asyncpg"),
    }
    made = []
    for name, value in {**known, **derived}.items():
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(value + "\n", encoding="utf-8")
            made.append(name)
        if os.geteuid() == 0:
            os.chown(path, OWNER, OWNER)
    return made


def _database(known: dict[str, str], name: str, driver: str) -> str:
    return f"postgresql+{driver}://postgres:{known['postgres']}@postgres:5432/ecomintent_{name}"


if __name__ == "__main__":
    for each in make(Path(sys.argv[1])):
        sys.stdout.write(f"made {each}\n")
    if os.geteuid() != 0:
        sys.stdout.write(f"the images run as {OWNER}: sudo chown -R {OWNER} {sys.argv[1]}\n")
