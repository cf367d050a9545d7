"""A server killed at once while corrections come in: what was accepted is stored, each once."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.serving.forwarding import forward

ROOT = Path(__file__).parents[2]
CLIENTS, ENOUGH = 4, 60
PATIENCE_SECONDS = 120
"""For an answer: a sender that gives up early leaves a server that nobody kills."""


def send(url, sender, accepted, process):
    """Corrections one after another until the server is gone; it is killed by whoever sees enough of them."""
    with httpx.Client(timeout=PATIENCE_SECONDS) as client:
        for number in range(5_000):
            name = f"{sender}-{number}"
            said = {"event_id": name, "ticket_id": name, "text": "my parcel", "intent": "WISMO"}
            try:
                if client.post(f"{url}/corrections", json=said).status_code == 200:
                    accepted.append(said["event_id"])
            except httpx.TransportError:
                return
            if len(accepted) >= ENOUGH:
                process.send_signal(signal.SIGKILL)


def serve_and_kill(home, turn):
    environment = {**os.environ, "ECOMINTENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ecomintent", "serve", "--port", "0", "--json"]
    accepted = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=ROOT
    ) as process:
        try:
            url = json.loads("".join(process.stdout.readline() for _ in range(4)))["url"]
            with ThreadPoolExecutor(CLIENTS) as pool:
                senders = [f"{turn}{letter}" for letter in "abcd"]
                list(pool.map(lambda sender: send(url, sender, accepted, process), senders))
            assert len(accepted) >= ENOUGH
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    return accepted


def test_no_accepted_correction_is_lost_or_stored_twice_when_the_server_is_killed(tmp_path):
    accepted = serve_and_kill(tmp_path, 1) + serve_and_kill(tmp_path, 2)
    labels = SqlLabelStore(f"sqlite:///{tmp_path / 'labels.db'}")

    forward(StoredOutbox(LabellingDatabase(tmp_path)), lambda: labels, SystemClock(), everything=True)

    stored = [one.ticket_id for one in labels.corrections()]
    assert len(accepted) >= 2 * ENOUGH
    assert set(accepted) <= set(stored)  # one that was on disk when the answer was cut off may be there too
    assert len(stored) == len(set(stored)) <= len(accepted) + 2 * CLIENTS
