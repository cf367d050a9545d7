"""Held labels stay out of the snapshot that a retrain starts from, until they are released."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from ecomintent import layout
from ecomintent.adapters import frozen_set, holding, publishing, system, tables
from ecomintent.adapters.settings import Settings
from ecomintent.data import snapshot
from tests.corrections import corrected
from tests.fakes.labels import FakeLabelStore
from tests.fakes.releases import FakeReleases
from tests.unit.release.release_world import Ticking

ROOT = Path(__file__).parents[3]
READ = corrected(
    ticket_id="R-1", created_at="2026-05-20T11:30:00+00:00", agent="asha", source="shop", previous_intent=""
)
BULK = [
    replace(READ, ticket_id=f"B-{number:02d}", agent="temp", created_at="2026-05-20T09:00:01+00:00")
    for number in range(12)
]


class Ready:
    """A pipeline whose workspace is ready."""

    def prepare(self):
        pass


@pytest.fixture
def shop(tmp_path):
    settings = Settings(
        home=tmp_path,
        project=ROOT,
        workspace=tmp_path / "w",
        params=ROOT / "params.yaml",
        database_url=f"sqlite:///{tmp_path}/labels.db",
    )
    made = replace(
        system.build(settings),
        labels=FakeLabelStore(),
        held_releases=FakeReleases(),
        pipeline=Ready(),
        clock=Ticking(),
    )
    frozen_set.import_frozen(made, tables.sample(made, "frozen"), by="test")
    made.labels.add([*BULK, READ], [])
    return made


def frozen_labels(shop):
    publishing.place_inputs(shop)
    return snapshot.read(shop.settings.workspace / layout.SNAPSHOT)


def test_held_labels_do_not_enter_the_snapshot_and_are_counted_in_the_log(shop, caplog):
    with caplog.at_level(logging.INFO, logger="ecomintent"):
        found = frozen_labels(shop)

    assert found == [READ]
    assert "labels train=1 held=12" in caplog.messages


def test_released_labels_enter_the_next_snapshot_in_the_stores_order(shop):
    holding.release(shop, lambda one: one.correction.ticket_id != "B-05", by="Dana Ortiz", reason="read", where="here")

    assert frozen_labels(shop) == [one for one in shop.labels.corrections() if one.ticket_id != "B-05"]
    assert {said[:2] for said in shop.held_releases.rows.values()} == {("Dana Ortiz", "read")}
