"""A real server as a process of its own, and clients that send again what it did not answer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from ecomintent.taxonomy import NAMES

ROOT = Path(__file__).parents[2]
TEXTS = ("where is my parcel", "cancel my order", "charged twice", "hello", "size broken")
PATIENCE = 90.0
"""Seconds for a server to say what is waited for; a machine may be busy."""


class Process:
    """`ecomintent serve` on a home."""

    def __init__(self, home):
        environment = {**os.environ, "ECOMINTENT_HOME": str(home), "ECOMINTENT_PROJECT": str(ROOT)}
        environment |= {"PYTHONPATH": str(ROOT), "ECOMINTENT_SERVE_WATCH_SECONDS": "0.2"}
        command = [sys.executable, "-m", "ecomintent", "serve", "--port", "0", "--json"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=ROOT
        )
        self.url = json.loads("".join(self.process.stdout.readline() for _ in range(4)))["url"]

    def end(self, how):
        self.process.send_signal(how)
        self.process.stdout.close()
        return self.process.wait(60)


@contextmanager
def serving(home):
    server = Process(home)
    try:
        yield server.url
    finally:
        server.end(signal.SIGTERM)


def until(page, enough):
    """The first answer of a page that is enough."""
    deadline, told = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        try:
            told = httpx.get(page, timeout=PATIENCE)
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if enough(told):
            return told
        time.sleep(0.05)
    raise AssertionError(f"{page} went on to say {told and told.text}")


def ready(told):
    return told.status_code == 200


@dataclass
class Desk:
    """One client, over all lives of the server."""

    name: str
    accepted: set = field(default_factory=set)
    unanswered: list = field(default_factory=list)
    """Events whose answer was cut off."""
    doubted: int = 0
    """Of these, those that the killed server had taken."""
    statuses: Counter = field(default_factory=Counter)
    answers: list = field(default_factory=list)
    """(text, whole answer) of every request that was answered 200."""
    sent: int = 0

    def work(self, url, stop):
        """Classify and correct, until told to stop or the server is gone."""
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            try:
                while self.unanswered:
                    self.doubted += not self.correct(client, self.unanswered[-1])["new"]
                    self.unanswered.pop()
                while not stop.is_set():
                    self.sent += 1
                    self.classify(client, f"{self.name}-{self.sent}")
                    self.unanswered.append(f"{self.name}-{self.sent}")
                    self.correct(client, self.unanswered[-1])
                    self.unanswered.pop()
            except httpx.TransportError:
                return

    def correct(self, client, event):
        said = {"event_id": event, "ticket_id": event, "text": "my parcel", "intent": "WISMO"}
        told = client.post("/corrections", json=said)
        self.statuses["/corrections", told.status_code] += 1
        assert told.status_code == 200, told.text
        assert told.json()["event_id"] == event
        self.accepted.add(event)
        return told.json()

    def classify(self, client, request_id):
        text = TEXTS[self.sent % len(TEXTS)]
        told = client.post("/classify", json={"text": text, "threshold": 0}, headers={"X-Request-ID": request_id})
        self.statuses["/classify", told.status_code] += 1
        if told.status_code == 200:
            answer = told.json()
            assert answer["request_id"] == request_id
            self.answers.append((text, answer))


def whole(desks):
    """How often each version answered; every answer is whole, and what its version always says of that text."""
    versions, said = Counter(), {}
    for text, answer in (one for desk in desks for one in desk.answers):
        scores = answer["scores"]
        assert set(scores) == set(NAMES)
        assert sum(scores.values()) == pytest.approx(1, abs=0.01)
        assert answer["intent"] == max(scores, key=scores.get)
        versions[answer["model_version"]] += 1
        assert said.setdefault((text, answer["model_version"]), scores) == scores
    return versions


def statuses(desks):
    return sum((desk.statuses for desk in desks), Counter())
