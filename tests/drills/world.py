"""The prepared home that many drills share: a champion, a server asked throughout, and what must never change."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from ecomintent.adapters import system as adapters
from ecomintent.adapters.settings import Settings, from_environment
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.release import approval
from tests.drills.drill import Drill, Seen
from tests.faults.serving_process import Process, ready, until
from tests.shop import ROOT, Shop, open_shop

MONTH2 = "data/samples/corrections-month2.jsonl"
EVERY_SECONDS = 0.25
PATIENCE = 120.0


class Asking(threading.Thread):
    """One client that asks a ticket four times a second; every answer counts, and every refusal."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self._ending = url, threading.Event()
        self.asked = self.answered = 0

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=PATIENCE) as client:
            while not self._ending.wait(EVERY_SECONDS):
                self.asked += 1
                try:
                    self.answered += client.post("/classify", json={"text": "where is my parcel"}).status_code == 200
                except httpx.TransportError:
                    continue

    def end(self) -> None:
        """Wait for the answer that is on its way."""
        self._ending.set()
        self.join()


class World:
    """One home below `folder`, always at the same place: MLflow notes absolute ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._server: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.shop: Shop = open_shop(self.folder)
        self.home = self.shop.home

    def prepare(self) -> None:
        """A champion and a second month that was trained once, so that DVC's run-cache knows every stage.

        The home is as before that second retrain; only the cache remembers it. Takes two small trainings, once.
        """
        first = self.folder / "first"
        if not (self.folder / "prepared").is_file():
            shutil.rmtree(self.home, ignore_errors=True)
            shutil.rmtree(first, ignore_errors=True)
            self.shop.run("samples")
            self.shop.run("retrain")
            self.shop.approve("1", reason="first release")
            self.shop.run("labels", "import", MONTH2)
            shutil.copytree(self.home, first, symlinks=True)
            self.shop.run("retrain")
            shutil.rmtree(first / "dvc")
            shutil.copytree(self.home / "dvc", first / "dvc", symlinks=True)
            (self.folder / "prepared").touch()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(first, self.home, symlinks=True)

    def open(self) -> None:
        """Start the server, unless it runs."""
        if self._server is None:
            self._server = Process(self.home)
            until(f"{self._server.url}/ready", ready)

    def close(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.end(signal.SIGTERM)
            self._server = None

    @property
    def url(self) -> str:
        """Of the server."""
        assert self._server is not None
        return self._server.url

    @property
    def settings(self) -> Settings:
        """Of the home."""
        return from_environment(self.shop.environment, ROOT)

    def system(self, **changed: Any) -> adapters.System:
        """The real adapters on this home, freshly opened."""
        return replace(adapters.build(self.settings), **changed)

    def environment(self, **changed: str) -> dict[str, str]:
        """For a process that works in this home."""
        return {**self.settings.child_environment(self.shop.environment), "PYTHONPATH": str(ROOT), **changed}

    def doomed(self, point: dict[str, str], flow: str, *arguments: str, **environment: str) -> int:
        """Run a flow or command that dies at `point`; its exit code, -9 where it did."""
        command = [sys.executable, "-m", "tests.drills.doomed", json.dumps(point), flow, *arguments]
        # Output goes nowhere: what a killed process leaves running would hold a pipe open.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(command, env=self.environment(**environment), cwd=ROOT, check=False, **quiet).returncode

    def start(self, flow: str, **environment: str) -> "subprocess.Popen[str]":
        """A flow without Prefect's engine, as a process that can be looked at; its answer is on stdout."""
        command = [sys.executable, "-m", "tests.drills.doomed", "{}", flow]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        return subprocess.Popen(command, env=self.environment(**environment), cwd=ROOT, **pipes)

    def aliases(self) -> dict[str, str]:
        """Who is who now."""
        return self.system().registry.aliases()

    def approve(self, version: str) -> None:
        """A named person says yes, with a reason for every undecided intent; nothing is promoted by that."""
        running = self.system()
        undecided = running.registry.version(version).tags["undecided"].split(",")
        ports = {"registry": running.registry, "history": running.history, "clock": running.clock}
        waivers = dict.fromkeys(filter(None, undecided), "read")
        approval.approve(version, by="Dana Ortiz", reason="drill", waivers=waivers, **ports)

    def corrections(self) -> Counter[str]:
        """Ticket and label of every correction, and how often the store holds it."""
        found = SqlLabelStore(self.settings.database_url).corrections()
        return Counter(f"{one.ticket_id}|{one.text}|{one.intent}" for one in found)

    def unapproved(self) -> int:
        """Promotions that neither a judgement nor a yes to these very weights came before."""
        judged, agreed, without = set(), {}, 0
        for event in SqlHistory(self.settings.database_url).events():
            if event.event == "judged":
                judged.add(event.details["weights"])
            elif event.event == "approved":
                agreed[event.version] = event.details["weights"]
            elif event.event == "promoted":
                without += agreed.get(event.version, "none") not in judged
        return without


def run_on(world: World, each: Drill) -> Seen:
    """One drill on the prepared home, its invariants counted beside it."""
    world.open()
    before = world.corrections()
    asking = Asking(world.url)
    asking.start()
    try:
        seen = each.run(world)
    finally:
        asking.end()
    after = world.corrections()
    return replace(
        seen,
        sent=before.total(),
        stored=sum(after[name] for name in before),
        doubled=sum(count - 1 for count in after.values()),
        unapproved=world.unapproved(),
        asked=asking.asked,
        answered=asking.answered,
    )


def scratch() -> Path:
    """Where the prepared home is kept between runs of `make drills`."""
    return Path(os.environ.get("ECOMINTENT_DRILLS", ROOT / ".drills"))
