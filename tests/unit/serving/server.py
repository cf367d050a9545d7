"""A whole server on fakes: releases answer by the words of a ticket, nothing is on disk, time stands still."""

from pathlib import Path

from fastapi.testclient import TestClient

from ecomintent.adapters import routes_file
from ecomintent.errors import ReleaseError
from ecomintent.serving.access import Door
from ecomintent.serving.app import create_app
from ecomintent.serving.keeping import NoPicks
from ecomintent.serving.lineup import Holder
from ecomintent.serving.loading import Loaded
from ecomintent.serving.metrics import Metrics
from ecomintent.serving.service import Service
from ecomintent.serving.shadowing import Shadow
from ecomintent.serving.watching import Watcher
from ecomintent.serving.workers import Workers
from tests.fakes.serving import FakeDisagreements, FakeKeys, FakeReader, FakeReleases, FakeServingHistory

ROUTES = Path(__file__).parents[3] / "infra" / "routes.toml"
HERE = "http://127.0.0.1"
NOON = "2026-11-21T12:00:00+00:00"


class NoonClock:
    def now(self):
        return NOON


class Time:
    """Seconds that pass only when told."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class Server:
    """Everything one test may want to turn or read."""

    def __init__(
        self, champion="1", *, loopback=True, share=0.0, most_texts=32, most_bytes=64 * 1024, workers=2, picks=None
    ):
        self.releases = FakeReleases(champion)
        self.keys, self.history, self.kept = FakeKeys(), FakeServingHistory(), FakeDisagreements()
        self.readers: dict[str, FakeReader] = {}
        self.damaged: set[str] = set()
        self.loads: list[str] = []
        self.time, self.holder = Time(), Holder()
        self.watcher = Watcher(
            holder=self.holder,
            releases=self.releases,
            history=self.history,
            clock=NoonClock(),
            seconds=3600,
            shadow=share > 0,
            warm_up=lambda: None,
            load=self._load,
            load_silent=self._load,
            monotonic=self.time,
        )
        self.shadow = Shadow(holder=self.holder, kept=self.kept, clock=NoonClock(), share=share, draw=lambda: 0.5)
        self.service = Service(
            holder=self.holder,
            watcher=self.watcher,
            workers=Workers(workers, 64),
            shadow=self.shadow,
            door=Door(self.keys, loopback=loopback, monotonic=self.time),
            table=routes_file.read(ROUTES),
            metrics=Metrics(),
            clock=NoonClock(),
            most_texts=most_texts,
            most_bytes=most_bytes,
            started_at=NOON,
            picks=picks or NoPicks(),
        )
        self.app = create_app(self.service)
        self.watcher.look()

    def reader(self, version):
        return self.readers.setdefault(version, FakeReader())

    def client(self, key="", **headers):
        """A client that is not yet entered: no thread of the server runs."""
        sent = headers | ({"Authorization": f"Bearer {key}"} if key else {})
        return TestClient(self.app, base_url=HERE, headers=sent, raise_server_exceptions=False)

    def ask(self, text="where is my parcel", **more):
        return self.client().post("/classify", json={"text": text, **more})

    def _load(self, wanted, _releases):
        self.loads.append(wanted.version)
        if wanted.version in self.damaged:
            raise ReleaseError(f"version {wanted.version} is damaged")
        return Loaded(named=wanted, reader=self.reader(wanted.version), passport=None)
