"""What a stack is: a folder with its ports, its secrets, its processes and their logs."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from ecomintent import files
from ecomintent.errors import InputError

PORTS: Final = {"storage": 9000, "mlflow": 5000, "prefect": 4200, "api": 8080}
"""Service -> port on 127.0.0.1."""
SECRETS: Final = ("mlflow-admin", "mlflow-loop", "mlflow-approver", "mlflow-session", "prefect-auth", "storage-key")
POSTGRES: Final = "postgresql://postgres@127.0.0.1:5432"
DATABASES: Final = ("labels", "mlflow", "mlflow_auth", "prefect")


@dataclass(frozen=True, slots=True)
class Started:
    """A process we started; the time tells it from a later one with the same number."""

    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Stack:
    """The state of one stack, as its folder holds it."""

    folder: Path
    postgres: str = field(repr=False)
    """Address of the server, without a database."""
    prefix: str
    """What the names of its databases begin with."""
    ports: dict[str, int]
    processes: dict[str, Started]

    @property
    def home(self) -> Path:
        """The home of everything but the trainer."""
        return self.folder / "home"

    @property
    def trainer_home(self) -> Path:
        """The home of the worker in the pool `gpu`: in earnest it is on another machine."""
        return self.folder / "trainer-home"

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def database(self, name: str, driver: str) -> str:
        """Address of one of `DATABASES` for a client with this driver."""
        server = self.postgres.partition("://")[2].rstrip("/")
        return f"postgresql+{driver}://{server}/{self.prefix}_{name}"

    def secret_file(self, name: str) -> Path:
        """Where a secret stands, mode 0600."""
        return self.folder / "secrets" / name

    def secret(self, name: str) -> str:
        """A secret's value."""
        return self.secret_file(name).read_text(encoding="utf-8").strip()

    def log(self, service: str) -> Path:
        """What a service said, all starts one after the other."""
        return self.folder / "logs" / f"{service}.log"

    def save(self) -> None:
        """Write `stack.json`; the address may hold a password, so nobody else reads it."""
        told = {
            "postgres": self.postgres,
            "prefix": self.prefix,
            "ports": self.ports,
            "processes": {name: asdict(started) for name, started in self.processes.items()},
        }
        files.write_text(self.folder / "stack.json", json.dumps(told, indent=2) + "\n")
        (self.folder / "stack.json").chmod(0o600)


def load(folder: Path) -> Stack:
    """The stack of `folder`.

    Raises:
        InputError: there is none.
    """
    path = folder / "stack.json"
    if not path.is_file():
        raise InputError("there is no stack in this folder; infra/local-stack up makes one", where=str(folder))
    told = json.loads(path.read_text(encoding="utf-8"))
    processes = {name: Started(**started) for name, started in told.pop("processes").items()}
    return Stack(folder=folder, processes=processes, **told)


def make(folder: Path, *, postgres: str, prefix: str, free_ports: bool) -> Stack:
    """A new stack in `folder` with secrets of its own; the one that is there already, as it is.

    Raises:
        InputError: a port is taken, or the folder cannot be written.
    """
    if (folder / "stack.json").is_file():
        return load(folder)
    ports = {name: _free() if free_ports else usual for name, usual in PORTS.items()}
    taken = [port for port in ports.values() if not free_ports and _is_taken(port)]
    if taken:
        raise InputError(f"port {taken[0]} of 127.0.0.1 is taken; stop what uses it, or --free-ports", where="ports")
    try:
        for name in ("secrets", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}); choose another --dir", where=str(folder)) from error
    stack = Stack(folder=folder, postgres=postgres, prefix=prefix, ports=ports, processes={})
    for name in SECRETS:
        value = secrets.token_urlsafe(24)
        keep(stack, name, f"stack:{value}" if name == "prefect-auth" else value)
    keep(stack, "database-url", stack.database("labels", "psycopg"))
    keep(
        stack, "storage", f"[default]\naws_access_key_id = stack\naws_secret_access_key = {stack.secret('storage-key')}"
    )
    stack.save()
    return stack


def keep(stack: Stack, name: str, value: str) -> None:
    """Write a secret that only its owner reads, from its first byte on."""
    path = stack.secret_file(name)
    path.touch(mode=0o600)
    path.write_text(value + "\n", encoding="utf-8")


def _free() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
