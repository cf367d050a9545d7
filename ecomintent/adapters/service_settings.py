"""Where MLflow and Prefect run when they are not the home's own files, and secrets that stand in files.

A part of the environment, read by `settings`. A variable that holds a secret may be given as `<NAME>_FILE` instead, the
way container engines and Kubernetes hand secrets out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecomintent.errors import InputError

MLFLOW: Final = "ECOMINTENT_MLFLOW_URL"
MLFLOW_USER: Final = "ECOMINTENT_MLFLOW_USER"
MLFLOW_PASSWORD: Final = "ECOMINTENT_MLFLOW_PASSWORD"
PREFECT: Final = "ECOMINTENT_PREFECT_URL"
PREFECT_AUTH: Final = "ECOMINTENT_PREFECT_AUTH"

IN_FILES: Final = {
    name: f"{name}_FILE" for name in ("ECOMINTENT_DATABASE_URL", "ECOMINTENT_LLM_KEY", MLFLOW_PASSWORD, PREFECT_AUTH)
}
"""Variable that holds a secret -> the one that names a file with it."""
VARIABLES: Final = (MLFLOW, MLFLOW_USER, MLFLOW_PASSWORD, PREFECT, PREFECT_AUTH, *IN_FILES.values())

ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?")
"""Without credentials and query: an address is shown, a password never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Servers shared by processes on more than one machine; all empty: MLflow and Prefect are files of the home."""

    mlflow_url: str = ""
    mlflow_user: str = ""
    mlflow_password: str = field(default="", repr=False)
    prefect_url: str = ""
    """The API's address, which ends in /api."""
    prefect_auth: str = field(default="", repr=False)
    """`user:password`."""

    def environment(self) -> dict[str, str]:
        """What MLflow's and Prefect's clients in a child process read."""
        mlflow = {
            MLFLOW: self.mlflow_url,
            MLFLOW_USER: self.mlflow_user,
            MLFLOW_PASSWORD: self.mlflow_password,
            "MLFLOW_TRACKING_URI": self.mlflow_url,
            "MLFLOW_TRACKING_USERNAME": self.mlflow_user,
            "MLFLOW_TRACKING_PASSWORD": self.mlflow_password,
            # As shipped a dead server is asked for four minutes a call. This outlasts a restart, which takes 10 s.
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
            "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
        }
        prefect = {
            PREFECT: self.prefect_url,
            PREFECT_AUTH: self.prefect_auth,
            "PREFECT_API_URL": self.prefect_url,
            "PREFECT_API_AUTH_STRING": self.prefect_auth,
        }
        told = (mlflow if self.mlflow_url else {}) | (prefect if self.prefect_url else {})
        return {name: value for name, value in told.items() if value}


def read(environment: Mapping[str, str], cwd: Path) -> ServiceSettings:
    """The servers that the environment names.

    Raises:
        InputError: no address, a user without a password or the other way round, a secret's file that cannot be used.
    """
    found = ServiceSettings(
        mlflow_url=_address(environment, MLFLOW),
        mlflow_user=environment.get(MLFLOW_USER, ""),
        mlflow_password=secret(environment, MLFLOW_PASSWORD, cwd),
        prefect_url=_address(environment, PREFECT),
        prefect_auth=secret(environment, PREFECT_AUTH, cwd),
    )
    if bool(found.mlflow_user) != bool(found.mlflow_password):
        raise InputError(f"set both, or neither: {MLFLOW_USER} and {MLFLOW_PASSWORD}_FILE", where=MLFLOW_USER)
    if found.prefect_auth and ":" not in found.prefect_auth:
        raise InputError("it must hold user:password, as the server's own setting does", where=PREFECT_AUTH)
    return found


def secret(environment: Mapping[str, str], name: str, cwd: Path) -> str:
    """The value of `name`, or what stands in the file that `<name>_FILE` names; empty where neither is set.

    Raises:
        InputError: both are set, or the file is absent, empty, or anybody on the machine may read it.
    """
    said, place = environment.get(name, ""), environment.get(IN_FILES[name], "")
    if not place:
        return said
    if said:
        raise InputError(f"{name} is set too; keep the file and unset it", where=IN_FILES[name])
    path = (cwd / place).resolve()
    try:
        # A group may read: Kubernetes hands a secret to a process through its group.
        if path.stat().st_mode & 0o007:
            raise InputError(f"anybody may read {path}; chmod 600 {path}", where=IN_FILES[name])
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({type(error).__name__})", where=IN_FILES[name]) from error
    if not found:
        raise InputError(f"{path} is empty; it must hold the secret", where=IN_FILES[name])
    return found


def _address(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "")
    if text and not ADDRESS.fullmatch(text):
        raise InputError("it must be an address without credentials, such as https://mlflow.example.com", where=name)
    return text.rstrip("/")
