"""A storm of webhooks: doubled, out of order, against helpdesks that fail, with a worker that is killed twice.

Scaled down for every day: ECOMINTENT_STORM_TICKETS=10000 runs the whole of it (docs/tagging.md has the command).
"""

import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from signal import SIGKILL

import httpx
from fastapi.testclient import TestClient

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.serving.app import create_app
from ecomintent.serving.hook_pages import Hook, router
from ecomintent.taxonomy import NAMES
from ecomintent.tickets import ActorKind
from tests.twins import desks
from tests.twins.faults import Faulty
from tests.twins.serve import served
from tests.twins.twin import TwinClock
from tests.unit.serving.server import HERE, Server

ROOT = Path(__file__).parents[2]
TICKETS = int(os.environ.get("ECOMINTENT_STORM_TICKETS", "800"))
KINDS = sorted(desks.TWINS)
TWICE, MORE = 0.3, 0.05
"""Shares of events that come twice, and five times."""
ERRORS = 0.05
KILLS = 2
OUR_ECHOES = 0.2
"""Share of the events that come once more when the tickets are tagged, as our own writes set them off."""


class Stormy:
    """A twin that fails: it is asked in earnest, and now and then its answer is lost, cut or an error."""

    def __init__(self, kind, seed):
        clock = TwinClock(time.time())
        self.twin = desks.TWINS[kind](clock, "acme")
        self.clock = clock
        self._faulty = Faulty(self.twin.handle, Random(seed), ERRORS)

    @property
    def injected(self):
        return self._faulty.injected

    def handle(self, request):
        try:
            return self._faulty.handle_request(request)
        except httpx.TransportError:
            # Over a real connection: an answer that is none.
            return httpx.Response(502, text="lost")


def shops():
    return {kind: Stormy(kind, seed) for seed, kind in enumerate(KINDS)}


def tickets_of(storm, random):
    """Kind -> ticket -> the intent it should get."""
    wanted = {kind: {} for kind in KINDS}
    for number in range(TICKETS):
        kind = KINDS[number % len(KINDS)]
        intent = random.choice(NAMES)
        ticket = storm[kind].twin.open(f"please see to this {intent.lower()}")
        wanted[kind][ticket] = intent
    return wanted


def events_of(wanted, random):
    """Every ticket at least once, many several times, in no order."""
    each = [(kind, ticket) for kind, tickets in wanted.items() for ticket in tickets]
    twice = random.sample(each, int(TWICE * len(each)))
    more = random.sample(each, int(MORE * len(each))) * 3
    events = each + twice + more
    random.shuffle(events)
    return events


class Way:
    """Events through the real application, signed; what is not answered 200 is counted."""

    def __init__(self, queue):
        hooks = [Hook(name=kind, kind=kind, secret=desks.SECRET, on=True) for kind in KINDS]
        self._client = TestClient(create_app(Server().service, [router(hooks, queue.take)]), base_url=HERE)
        self.answers = Counter()

    def __enter__(self):
        self._client.__enter__()
        return self

    def __exit__(self, *how):
        self._client.__exit__(*how)

    def send(self, events):
        for kind, ticket in events:
            headers, body = desks.event(kind, ticket, time.time())
            answer = self._client.post(f"/hooks/{kind}", headers=headers, content=body)
            self.answers[answer.status_code] += 1


def worker(home, addresses):
    command = [sys.executable, "-m", "tests.faults.tagging_worker", str(home), *addresses]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def killed_in_the_middle(home, addresses, written, goal):
    """Run a worker until so many tickets are written, then SIGKILL."""
    process, deadline = worker(home, addresses), time.monotonic() + 600
    while written() < goal and process.poll() is None:
        assert time.monotonic() < deadline, f"{written()} of {goal} tickets written, and no more come"
        time.sleep(0.02)
    process.kill()
    assert process.wait() == -SIGKILL


def on_the_ticket(kind, twin, ticket):
    """Every intent that stands on it."""
    if kind == "zendesk":
        return [one["value"] for one in twin.rows[int(ticket)]["custom_fields"] if one["value"]]
    if kind == "gorgias":
        return [tag["name"] for tag in twin.api.tickets[int(ticket)]["tags"]]
    if kind == "freshdesk":
        return [twin.tickets[int(ticket)]["custom_fields"][desks.FIELDS[kind]]]
    return list(twin.conversations[ticket].attributes.values())


def test_every_ticket_of_a_storm_is_tagged_exactly_once(tmp_path):
    random, storm, queue = Random(6), shops(), TagQueue(tmp_path)
    wanted = tickets_of(storm, random)
    events = events_of(wanted, random)
    half = len(events) // 2

    def written():
        return sum(len(one.twin.writes) for one in storm.values())

    with ExitStack() as open_, Way(queue) as way:
        addresses = [f"{kind}={open_.enter_context(served(one))}" for kind, one in storm.items()]
        way.send(events[:half])
        for kill in range(1, KILLS + 1):
            killed_in_the_middle(tmp_path, addresses, written, kill * TICKETS // 6)
        last = worker(tmp_path, addresses)
        way.send(events[half:])
        assert last.wait(timeout=900) == 0
        if "waiting" in str(queue.counts()):
            assert worker(tmp_path, addresses).wait(timeout=900) == 0
        way.send(random.sample(events, int(OUR_ECHOES * len(events))))

    assert set(way.answers) == {200}
    assert sum(one.injected for one in storm.values()) > TICKETS * ERRORS
    for kind, one in storm.items():
        times = Counter(ticket for ticket, _ in one.twin.writes)
        assert times == Counter(dict.fromkeys(wanted[kind], 1))
        words = {ticket: desks.account(kind).rules.words[intent] for ticket, intent in wanted[kind].items()}
        assert {ticket: on_the_ticket(kind, one.twin, ticket) for ticket in words} == {
            ticket: [word] for ticket, word in words.items()
        }
        assert queue.counts()[kind] == {"tagged": len(words)}


def test_nothing_of_a_storm_comes_home_as_a_correction(tmp_path):
    for kind, one in shops().items():
        ticket = one.twin.open("where is it? wismo")
        with served(one.twin) as address:
            TagQueue(tmp_path).take(kind, ticket, time.time())
            assert worker(tmp_path, [f"{kind}={address}"]).wait(timeout=60) == 0
        one.clock.sleep(one.twin.settles_after + 200)
        connector = one.twin.connector(httpx.MockTransport(one.twin.handle), one.clock.sleep)
        told = [change for page in connector.pages("", since="") for one in page.tickets for change in one.changes]

        assert {change.actor.kind for change in told} == {ActorKind.SELF}
