"""The worked example of docs/settling.md is what the code does."""

import re
from pathlib import Path

from ecomintent import params
from ecomintent.data import settling
from ecomintent.params import PrepareParams
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction, Provenance

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "settling.md").read_text(encoding="utf-8")
WEIGHTS = params.section(ROOT / "params.yaml", "prepare", into=PrepareParams).provenance_weights
LABELS = params.section(ROOT / "params.yaml", "labels", into=LabelsParams)


def example():
    """The labels of the table, and what the page says becomes of each."""
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in PAGE.splitlines() if "| T-" in line]
    corrections = [
        Correction(
            ticket_id=ticket,
            text=text,
            intent=intent,
            created_at=f"2026-05-{at}:00+00:00",
            agent=agent,
            source="shop",
            provenance=Provenance(provenance),
            previous_intent="",
        )
        for ticket, text, agent, at, provenance, intent, _ in rows
    ]
    return corrections, [row[-1] for row in rows]


def test_the_worked_example_is_what_becomes_of_its_labels():
    corrections, said = example()

    counting = settling.counting(corrections, WEIGHTS)
    conflicting = settling.conflicts(corrections, WEIGHTS)

    def became(at):
        if WEIGHTS[corrections[at].provenance] <= 0:
            return "no weight"
        if at not in counting:
            return "superseded"
        return "left out" if conflicting[at] else "counts"

    assert len(said) == 9
    assert [became(at) for at in range(9)] == said


def test_the_pages_numbers_of_the_guard_are_those_of_the_params():
    told = [
        f"{LABELS.bulk_tickets} or more within any {LABELS.bulk_seconds} seconds",
        f"more than {LABELS.burst_per_hour} tickets **and** more than {LABELS.burst_factor:.0f} times",
        f"{LABELS.share_floor} labels or fewer; fewer than {LABELS.names_least} agents",
        f"fewer than {int(1 / LABELS.requester_share) + 1} customers",
        f"**Windows** are {LABELS.window_days} days long",
    ]

    assert [sentence for sentence in told if sentence not in PAGE] == []
    assert (LABELS.agent_share, LABELS.requester_share, LABELS.macro_share) == (0.5, 0.2, 0.5)
    assert not re.search("@@", PAGE)
