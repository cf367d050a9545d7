"""What was answered at the server's page is in the label store before a retrain takes its snapshot."""

import subprocess
import sys

import pytest

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.corrected import Channel, Given
from tests.shop import ROOT

pytestmark = pytest.mark.slow

NOON = "2026-11-21T12:00:00+00:00"
GIVEN = Given(
    channel=Channel.PAGE,
    event_id="t1.0",
    ticket_id="t1",
    text="my parcel",
    intent="WISMO",
    predicted="OTHER",
    shown=True,
    blind=False,
    agent="dana",
    at=NOON,
    version="1",
)


def test_a_retrain_takes_in_what_no_server_has_handed_on_yet(tmp_path):
    outbox = StoredOutbox(LabellingDatabase(tmp_path))
    outbox.give(GIVEN, now=NOON, held_seconds=10**9)

    code = "from flows import tasks; print(tasks.take_in_answers.fn(), tasks.take_in_answers.fn())"
    environment = {"ECOMINTENT_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    environment |= {"PREFECT_HOME": str(tmp_path / "prefect"), "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )

    assert (done.returncode, done.stdout.strip().splitlines()[-1:]) == (0, ["1 0"]), done.stderr[-2000:]
    labels = SqlLabelStore(f"sqlite:///{tmp_path / 'labels.db'}")
    assert [(one.ticket_id, one.intent, one.agent) for one in labels.corrections()] == [("t1", "WISMO", "dana")]
