"""Servers as processes of their own: started on a copy of what serving needs, measured from outside, stopped."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecomintent.adapters.served_releases import ServedReleases
from ecomintent.errors import InputError
from tests.bench.serve_client import LOST, one_by_one, request

ROOT: Final = Path(__file__).parents[2]
OURS: Final = "ecomintent"
BASELINE: Final = "pipeline"
KIB: Final = 1024
NOT_READY: Final = 503
POLL_SECONDS: Final = 0.02
LONGEST_START_SECONDS: Final = 180.0
FIRST: Final = "where is my parcel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where both servers find their weights, and where ours may write."""

    home: Path
    """Holds the served releases of the home that was named, and nothing else of it."""
    release: Path
    """The champion's folder."""
    way: str
    """How the baseline calls its pipeline."""


def stand(home: Path, folder: Path, way: str) -> Stand:
    """A home in `folder` that serves what `home` serves: load and made-up corrections leave no trace there.

    Raises:
        ReleaseError: nothing was promoted in `home`.
        InputError: it has no champion.
    """
    releases = ServedReleases(home.resolve())
    champion = releases.lineup().champion
    if champion is None:
        raise InputError("it has no champion; approve a candidate first", where=str(home))
    made = folder / "home"
    for name in ("passports", "releases", "keys/trusted"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).symlink_to(home.resolve() / name)
    (made / "serving").mkdir()
    told = (home / "serving" / "champion.json").read_bytes()
    (made / "serving" / "champion.json").write_bytes(told)
    return Stand(home=made, release=releases.folder(champion.version), way=way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One that answers."""

    pid: int
    port: int
    start_seconds: float
    """From the start of the process to its first answer."""

    def rss_mib(self) -> float:
        """Memory that is its own and in use."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / KIB

    def busy_seconds(self) -> float:
        """Processor time of all its threads since it started."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(name: str, where: Stand) -> Iterator[Server]:
    """A server that has answered a first ticket; it is stopped afterwards.

    Raises:
        InputError: it ended, or did not answer in time.
    """
    log = where.home.parent / f"{name}.log"
    with log.open("wb") as told:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *_command(name, where)],
            cwd=ROOT,
            env=_environment(where, os.environ),
            stdout=subprocess.PIPE,
            stderr=told,
        )
        try:
            port = _port(process, log)
            while (status := _first_status(port)) != 200:
                late = time.perf_counter() > started + LONGEST_START_SECONDS
                if late or process.poll() is not None or status not in (LOST, NOT_READY):
                    raise InputError(_last_line(log), where=f"the server {name} does not answer")
                time.sleep(POLL_SECONDS)
            yield Server(pid=process.pid, port=port, start_seconds=time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _command(name: str, where: Stand) -> Sequence[str]:
    if name == OURS:
        return ("ecomintent", "serve", "--port", "0", "--json")
    return ("tests.bench.serve_baseline", str(where.release), "--way", where.way)


def _environment(where: Stand, base: Mapping[str, str]) -> dict[str, str]:
    """Settings of the server itself are kept, so that they can be tried; everything else of ours is the stand's."""
    kept = {name: value for name, value in base.items() if not name.startswith("ECOMINTENT_")}
    kept |= {name: value for name, value in base.items() if name.startswith("ECOMINTENT_SERVE_")}
    own = {"ECOMINTENT_HOME": where.home, "ECOMINTENT_PROJECT": ROOT, "ECOMINTENT_TAGGING": where.home / "none.toml"}
    return kept | {name: str(path) for name, path in own.items()} | {"HF_HUB_OFFLINE": "1"}


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    while line and not line.rstrip().endswith(b"}"):
        line += process.stdout.readline()
    if not line:
        raise InputError(_last_line(log), where="a server did not start")
    return int(json.loads(line)["url"].rpartition(":")[2])


def _first_status(port: int) -> int:
    return asyncio.run(one_by_one(port, [request("/classify", {"text": FIRST}, port=port)]))[0].status


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
