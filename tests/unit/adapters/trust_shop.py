"""A home with one approved version, on the real adapters but for MLflow."""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict

from ecomintent import files
from ecomintent.adapters import passports
from ecomintent.adapters.evidence import Evidence
from ecomintent.adapters.examination import examine
from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.adapters.sql_erasure import SqlErasure
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.system import System
from ecomintent.data.frozen_reading import FrozenRow, write_frozen
from ecomintent.records import Lineage, ReleaseEvent
from ecomintent.release import approval
from ecomintent.release.passport import Probe
from ecomintent.release.record import tags, verdict_digest
from tests.fakes.labels import FakeLabelStore
from tests.fakes.registry import FakeRegistry
from tests.fakes.releases import FakeReleases
from tests.fakes.tracker import FakeTracker
from tests.unit.release.release_world import PROMOTE, Ticking

PARTS = ["passport", "weights", "verdict", "review page", "frozen set", "approval", "history"]
PROBES = (Probe(text="where is my parcel", intent="WISMO", confidence=0.75),)
TICKETS = [FrozenRow(id=f"t{n}", text=f"ticket {n}", label="WISMO", group="", provenance="blind") for n in range(3)]


class Shop:
    """The home, and what is done in it: approve, issue, promote, tamper."""

    def __init__(self, home):
        self.home = home
        url = f"sqlite:///{home}/labels.db"
        self.system = System(
            settings=Settings(home=home, project=home, workspace=home, params=home, database_url=url),
            labels=FakeLabelStore(),
            held_releases=FakeReleases(),
            erasure=SqlErasure(f"sqlite:///{home}/labels.db"),
            pseudonyms=Pseudonyms(home),
            history=SqlHistory(url),
            frozen=SealedTables(home, "frozen"),
            corpus=SealedTables(home, "corpus"),
            evidence=Evidence(home),
            keys=SigningKeys(home, None),
            registry=FakeRegistry(),
            tracker=FakeTracker(),
            pipeline=None,
            clock=Ticking(),
        )
        self.frozen = self.system.frozen.replace(lambda path: write_frozen(TICKETS, path), "frozen.jsonl").digest
        self.add_version("1")

    def add_version(self, number, fill=None):
        release = self.home / "workspace" / number
        release.mkdir(parents=True)
        if fill is None:
            (release / "model.bin").write_text(f"weights {number}")
        else:
            fill(release)
        names = {name: f"{name}-{number}" for name in Lineage.__dataclass_fields__}
        self.lineage = Lineage(**{**names, "frozen_set": self.frozen, "weights": files.folder_digest(release)})
        self.evidence = self.system.evidence.folder(self.lineage.weights)
        files.write_text(self.evidence / "verdict.json", json.dumps(PROMOTE.to_json()))
        files.write_text(self.evidence / "review.html", "<p>read me</p>")
        files.write_text(self.evidence / "lineage.json", json.dumps(asdict(self.lineage)))
        said = tags(self.lineage, PROMOTE.to_json(), "")
        self.system.registry.register(release, run_id=f"run-{number}", weights=self.lineage.weights, tags=said)
        ports = {"registry": self.system.registry, "history": self.system.history, "clock": self.system.clock}
        self.approval = approval.approve(number, by="Zoë Ortiz", reason="read by hand", **ports)

    def issue(self, version="1", **said):
        given = {
            "approval": self.approval,
            "verdict": PROMOTE,
            "verdict_digest": verdict_digest(PROMOTE.to_json()),
            "probes": PROBES,
            "champion_before": "",
        }
        return passports.issue(self.system, version, **given | said)

    def promote(self, version="1"):
        self.issue(version)
        self.system.registry.point("champion", version)
        self.say("promoted", version)

    def say(self, event, version):
        at = self.system.clock.now()
        self.system.history.append(ReleaseEvent(at=at, event=event, version=version, by="Zoë Ortiz", reason="on"))

    def sql(self, statement):
        with closing(sqlite3.connect(self.home / "labels.db")) as database:
            database.execute(statement)
            database.commit()

    def faults(self, version="1"):
        return {found.part: found.says for found in examine(self.system, version) if not found.ok}
