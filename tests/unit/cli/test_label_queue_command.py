"""`ecomintent labels queue`: what waits for a person, disagreements first, for a labelling tool."""

import csv
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.adapters.kept_tickets import StoredTickets
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.cli.entry import root
from ecomintent.corrected import KeptTicket, Why
from ecomintent.errors import InputError
from ecomintent.labels.reading import read_labels

ROOT = Path(__file__).parents[3]
NOON = "2026-11-21T12:00:00+00:00"
WAITING = [
    ("a", Why.LOW, 0.61),
    ("b", Why.LOW, 0.22),
    ("c", Why.DISAGREEMENT, 0.97),
    ("d", Why.BLIND, 0.99),
    ("e", Why.DISAGREEMENT, 0.41),
]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    return tmp_path / "home"


@pytest.fixture
def kept(home):
    """Five tickets; the audit's is one of them."""
    stored = StoredTickets(LabellingDatabase(home))
    tickets = [
        KeptTicket(
            ticket_id=name,
            at=NOON,
            text=f"is my parcel {name} on its way, and when will it be here",
            why=frozenset({why}),
            intent="WISMO",
            confidence=sure,
            version="1",
            candidate_intent="CANCEL_ORDER" if why is Why.DISAGREEMENT else "",
        )
        for name, why, sure in WAITING
    ]
    stored.add(tickets, [], NOON)
    return stored


def run(*words):
    return CliRunner().invoke(root, ["labels", "queue", *words], catch_exceptions=False)


def test_disagreements_come_first_then_the_least_sure_and_the_audit_stays_out(kept):
    rows = json.loads(run("--json").stdout)

    assert [row["ticket_id"] for row in rows] == ["c", "e", "b", "a"]
    assert [row["why"] for row in rows] == ["disagreement", "disagreement", "unsure", "unsure"]
    assert rows[0]["candidate"] == "CANCEL_ORDER"
    assert [row["ticket_id"] for row in json.loads(run("--json", "--limit", "3").stdout)] == ["c", "e", "b"]
    assert run("--limit", "1").stdout.splitlines()[1].startswith("disagreement  WISMO")


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_filled_in_file_comes_back_through_labels_import(kept, tmp_path, kind):
    out = tmp_path / f"to-label.{kind}"
    assert "4 tickets to label" in run("--out", str(out)).stdout
    if kind == "csv":
        rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    else:
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    filled = tmp_path / "filled.jsonl"
    filled.write_text("".join(json.dumps(row | {"intent": "RETURN_REQUEST"}) + "\n" for row in rows))

    corrections, refused = read_labels(filled)

    assert [one.ticket_id for one in corrections] == ["c", "e", "b", "a"]
    assert ({one.source for one in corrections}, {one.provenance.value for one in corrections}) == (
        {"ecomintent"},
        {"edited"},
    )
    assert refused == []
    assert stat.S_IMODE(out.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "line"), [("x.xlsx", r"ends in \.jsonl or \.csv"), ("there.csv", "it is there already")]
)
def test_a_file_that_will_not_do_is_refused(kept, tmp_path, name, line):
    (tmp_path / "there.csv").write_text("filled in")

    with pytest.raises(InputError, match=line):
        run("--out", str(tmp_path / name))
    assert (tmp_path / "there.csv").read_text() == "filled in"


def test_a_home_that_nothing_waits_in_says_so(home, tmp_path):
    assert "nothing waits" in run().stdout
    assert json.loads(run("--json").stdout) == []
    with pytest.raises(InputError, match="nothing waits"):
        run("--out", str(tmp_path / "out.csv"))
    assert not LabellingDatabase(home).path.exists()
