"""Five hundred hostile rows, each way in: every one ends as a stored label or in quarantine with a reason."""

import csv
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from ecomintent.adapters.label_rows import event_of
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.labels import intake
from ecomintent.labels.reading import read_labels
from ecomintent.labels.rules import Rules, value_key
from ecomintent.labels.tables import EXCERPT_CHARS
from ecomintent.taxonomy import NAMES
from ecomintent.tickets import Actor, ActorKind, Change, Message, Ticket
from tests.hostile import COUNT, rows

ROWS = rows()
EXCEL_CHARS = 32_767
UNWRITABLE = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ufffe\uffff]")
"""What XML cannot hold: a workbook with it is damaged as a whole."""


def as_jsonl(path):
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="ascii")


def as_csv(path):
    # Half a surrogate pair has no bytes in UTF-8: what is written is what broken exports hold.
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.DictWriter(stream, sorted({name for row in ROWS for name in row}))
        writer.writeheader()
        for row in ROWS:
            writer.writerow({name: value.replace("\0", "\x01") for name, value in row.items()})


def as_parquet(path):
    columns = sorted({name for row in ROWS for name in row})
    plain = [{name: row.get(name, "").encode("utf-8", "replace").decode() for name in columns} for row in ROWS]
    pq.write_table(pa.Table.from_pylist(plain), path)


def as_xlsx(path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    columns = sorted({name for row in ROWS for name in row})
    sheet.append(columns)
    for row in ROWS:
        said = (row.get(name, "").encode("utf-8", "replace").decode()[:EXCEL_CHARS] for name in columns)
        sheet.append([UNWRITABLE.sub("", value) or None for value in said])
    book.save(path)


WAYS = {".jsonl": as_jsonl, ".csv": as_csv, ".parquet": as_parquet, ".xlsx": as_xlsx}


@pytest.mark.parametrize("suffix", WAYS)
def test_every_row_of_a_file_is_stored_or_refused_with_a_reason(suffix, tmp_path, new_url):
    path = tmp_path / f"hostile{suffix}"
    WAYS[suffix](path)
    store = SqlLabelStore(new_url())

    corrections, refused = read_labels(path)
    store.add(corrections, refused)

    kept = store.corrections()
    told = store.quarantine()
    # Rows that say the very same are one correction; a blank line of a sheet is no row.
    assert COUNT - 60 <= len(kept) + len(told) <= COUNT
    assert {row.line for row in refused} & {2} == set() or suffix == ".jsonl"
    assert {"harmless"} <= {one.ticket_id for one in kept}
    assert all(row.reason and len(row.excerpt) <= EXCERPT_CHARS and row.excerpt.isprintable() for row in told)
    assert all("\0" not in one.text for one in kept)


def test_every_row_that_a_helpdesk_tells_is_stored_or_refused_with_a_reason(new_url):
    store = SqlLabelStore(new_url())
    rules = Rules(
        source="zendesk",
        account="acme",
        intents={value_key(name): name for name in NAMES},
        redact=lambda text: text,
        pseudonym=lambda customer: "hash",
        in_frozen_set=lambda text: False,
    )

    events, refused = [], []
    for number, row in enumerate(ROWS):
        taken = intake.take(as_ticket(row, number), rules)
        said = [event for event in taken.events if event.provenance]
        cleared = not row["intent"].strip()
        assert said or taken.refused or cleared, row["ticket_id"]
        assert all(one.reason for one in taken.refused)
        events += taken.events
        refused += taken.refused

    store.take(events, refused, source="zendesk", account="acme", mark="done")

    assert store.mark("zendesk", "acme") == "done"
    assert len(store.corrections()) + len(store.quarantine()) > COUNT / 2


def as_ticket(row, number):
    actor = Actor(kind=ActorKind.HUMAN, id=row.get("agent", "101"))
    made = Change(event_id=f"e{number}", at=row["created_at"], actor=actor, value=row["intent"], previous="")
    said = Message(author="customer", body=row["text"], is_html=bool(number % 2), created_at="", public=True)
    return Ticket(
        ticket_id=row["ticket_id"], created_at=row["created_at"], subject="", messages=(said,), changes=(made,)
    )


def test_an_event_of_a_stored_row_is_the_same_at_every_reading(tmp_path):
    path = tmp_path / "hostile.jsonl"
    as_jsonl(path)

    assert [event_of(one) for one in read_labels(path)[0]] == [event_of(one) for one in read_labels(path)[0]]
