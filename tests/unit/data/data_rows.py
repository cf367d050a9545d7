"""Small tickets to test the data room with: whole tables that pass, to be broken one rule at a time."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from ecomintent import layout
from ecomintent.data import corpus, frozen, parquet, snapshot
from ecomintent.data.corpus import CorpusRow
from ecomintent.data.leakage import text_key
from ecomintent.data.text_groups import FrozenTicket
from ecomintent.params import PrepareParams
from ecomintent.records import Correction, Provenance
from ecomintent.taxonomy import NAMES

ROOT = Path(__file__).parents[3]

THINGS = ("kettle", "raincoat", "bicycle pump", "desk lamp", "sofa cover", "phone case", "tent pegs", "wool scarf")
WISHES = {
    "WISMO": "the courier has not brought my {} since Monday",
    "RETURN_REQUEST": "please collect this {}, I changed my mind about keeping it",
    "EXCHANGE_REQUEST": "swap the {} for one size up if you have any",
    "CANCEL_ORDER": "stop order of a {} before it leaves your warehouse",
    "DAMAGED_ITEM": "there is a crack right through the {} I unpacked",
    "BILLING_DISPUTE": "my card was charged twice for a single {}",
    "PRODUCT_QUESTION": "is your {} also made in green, and what does it weigh",
    "ACCOUNT_ISSUE": "cannot sign in to look at my {}, password mail never comes",
    "OTHER": "a cheerful hello from all of us who enjoy the {}",
}

PARAMS = PrepareParams(
    seed=7,
    near_duplicate_jaccard=0.8,
    minhash_permutations=128,
    shingle_chars=5,
    validation_fraction=0.25,
    corpus_max_per_intent=100,
    corpus_weight=1.0,
    provenance_weights={
        "confirmed": 1.0, "edited": 1.0, "set_from_blank": 1.0, "unchanged": 0.3, "rule": 0.0, "bot": 0.0, "own": 0.0
    },
)  # fmt: skip


def correction(ticket_id: str = "T1", text: str = "where has my parcel gone", intent: str = "WISMO", **changes):
    made = Correction(
        ticket_id=ticket_id,
        text=text,
        intent=intent,
        created_at="2031-05-04T10:00:00+00:00",
        agent="ana",
        source="test",
        provenance=Provenance.EDITED,
        previous_intent="",
    )
    return replace(made, **changes)


def base_corpus() -> list[CorpusRow]:
    """Eight texts of every intent, no two of them alike enough to be one ticket."""
    return [CorpusRow(wish.format(thing), name, "base") for name, wish in WISHES.items() for thing in THINGS]


def frozen_tickets() -> list[FrozenTicket]:
    """One per intent, unlike everything in the base corpus."""
    return [
        FrozenTicket(id=f"F{row}", text=f"sealed number {row * 7919}: {name.lower().replace('_', ' and ')}")
        for row, name in enumerate(NAMES)
    ]


def prepared_workspace(folder: Path, corrections=(), corpus_rows=None, tickets=None, last_mix=None) -> None:
    """The inputs of the stage `validate` below `folder`."""
    snapshot.write(list(corrections), folder / layout.SNAPSHOT)
    corpus.write_corpus(base_corpus() if corpus_rows is None else corpus_rows, folder / layout.CORPUS)
    tickets = frozen_tickets() if tickets is None else tickets
    labels = [NAMES[row % len(NAMES)] for row in range(len(tickets))]
    rows = [(t.id, t.text, label, text_key(t.text), "confirmed") for t, label in zip(tickets, labels, strict=True)]
    parquet.write(folder / layout.FROZEN, frozen.COLUMNS, rows)
    (folder / layout.LAST_MIX).write_text(json.dumps(last_mix or {}), encoding="utf-8")
    shutil.copytree(ROOT / layout.EXPECTATIONS, folder / layout.EXPECTATIONS)
    shutil.copyfile(ROOT / layout.PARAMS, folder / layout.PARAMS)
