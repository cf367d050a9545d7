"""The server as a process: uvicorn, quiet but for our own lines, each of them structured."""

import ipaddress
import json
import logging
import socket
import sys
from datetime import UTC, datetime
from typing import Final

import uvicorn
from fastapi import FastAPI

from ecomintent.errors import InputError

BACKLOG: Final = 2048
"""Connections that wait to be taken; uvicorn's own default."""
GRACE_SECONDS: Final = 10
"""For requests that run when the server is told to stop."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; port 0 lets the machine choose one.

    Raises:
        InputError: the address is not this machine's, taken, or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio switches Nagle off only where it is told that this is TCP, and an answer, sent in
    # two writes, would wait up to 40 ms for the delayed acknowledgement of the first.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        opened.close()
        said = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot listen there ({said}); name another --host or --port", where=f"{host}:{port}"
        ) from error
    return opened


def run(app: FastAPI, opened: socket.socket) -> None:
    """Answer until a signal says stop; what runs then is finished.

    The framework sets no log handlers, writes no access line (it would hold paths), and does not name itself.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[opened])


def log_lines(*, as_json: bool) -> None:
    """Send every line of this process to stderr, as JSON or as words, and none with a traceback.

    What others log of a fault may quote what a customer wrote.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Words())
    everything = logging.getLogger()
    everything.handlers = [handler]
    everything.setLevel(logging.WARNING)
    logging.getLogger("ecomintent").setLevel(logging.INFO)


class _Json(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", {})
        told = {"at": _at(record), "level": record.levelname.lower(), "said": record.getMessage(), **facts}
        return json.dumps(told, ensure_ascii=False)


class _Words(logging.Formatter):
    """An event, then facts."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in getattr(record, "facts", {}).items())
        return f"{_at(record)} {record.levelname.lower():<7} {record.getMessage()}{facts}"


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
