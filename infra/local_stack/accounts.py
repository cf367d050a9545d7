"""Accounts of MLflow's server and what each may, through its REST interface. Safe to repeat.

python -m infra.local_stack.accounts URL FOLDER     (with files mlflow-admin, mlflow-loop and mlflow-approver)
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from ecomintent.errors import InputError

GRANTED_ALREADY: Final = "RESOURCE_ALREADY_EXISTS"
LOOP, APPROVER = "loop", "approver"
GRANTED: Final = {APPROVER: ("registered_model_version", "*", "EDIT")}
"""Beyond READ, which everybody has. EDIT on versions sets their tags and moves no alias. What `loop` makes (the
experiment, the registered model, hence its versions and aliases) is its own by having made it."""


def make(url: str, passwords: Mapping[str, str]) -> None:
    """Make the accounts that are absent and grant what each may.

    Args:
        passwords: of admin, loop and approver.
    Raises:
        InputError: the server refuses.
    """
    with httpx.Client(base_url=f"{url}/api", auth=("admin", passwords["admin"]), timeout=30) as client:
        for name in (LOOP, APPROVER):
            if client.get("/2.0/mlflow/users/get", params={"username": name}).status_code == 404:
                account = {"username": name, "password": passwords[name]}
                _require(client.post("/2.0/mlflow/users/create", json=account), f"the account {name}")
        for name, (kind, which, permission) in GRANTED.items():
            told = {"username": name, "resource_type": kind, "resource_id": which, "permission": permission}
            answer = client.post("/3.0/mlflow/users/permissions/grant", json=told)
            if GRANTED_ALREADY not in answer.text:
                _require(answer, f"{permission} for {name}")


def _require(answer: httpx.Response, what: str) -> None:
    if not answer.is_success:
        said = f"MLflow refused to make {what} (status {answer.status_code})"
        raise InputError(f"{said}; is the admin's password still the one in the file?", where=str(answer.request.url))


if __name__ == "__main__":
    make(
        sys.argv[1],
        {name: (Path(sys.argv[2]) / f"mlflow-{name}").read_text().strip() for name in ("admin", LOOP, APPROVER)},
    )
