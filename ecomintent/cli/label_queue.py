"""`ecomintent labels queue`: tickets that wait for a person, for a labelling tool or a script."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json, print_table
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.corrected import KeptTicket
    from ecomintent.records import Correction

SHOWN = 20
KINDS = (".jsonl", ".csv")


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write them to this file, .jsonl or .csv, to be filled in."
)
@click.option(
    "--limit", type=click.IntRange(min=1), help="So many at most.  [default: all, or 20 where they are shown]"
)
@as_json
def queue(out: Path | None, limit: int | None, as_json: bool) -> None:
    """Tickets that wait for a person: labelled ones whose intent was split or retired, then those the server keeps
    because champion and candidate differ, then the least sure.

    Texts are redacted. In --out FILE, intent is empty: fill it in, in a labelling tool or by hand, and bring the rows
    back with `ecomintent labels import FILE`. The blind audit's tickets are answered at /corrections alone.

    \b
    Examples:
      ecomintent labels queue
      ecomintent labels queue --out to-label.jsonl --limit 200
      ecomintent labels queue --json --limit 5
    """
    from ecomintent.adapters import settings
    from ecomintent.adapters.kept_tickets import MOST, StoredTickets
    from ecomintent.adapters.labelling_database import LabellingDatabase
    from ecomintent.labels.tables import excerpt

    found = settings.current()
    database = LabellingDatabase(found.home)
    whole = bool(out or as_json)
    most = limit or (MOST if whole else SHOWN)
    rows = [_anew(one) for one in _waiting(found.database_url)]
    rows += [_row(one) for one in StoredTickets(database).queue(most)] if database.path.is_file() else []
    rows = rows[:most]
    if out:
        _write(out, rows)
        # As the file they come from: nobody else's business, redacted or not.
        out.chmod(0o600)
    if as_json:
        print_json(rows)
    elif out:
        kinds = Counter(row["why"].split()[0] for row in rows)
        anew = f"{kinds['was']} whose intent is no more, then " if kinds["was"] else ""
        click.echo(
            f"{len(rows)} tickets to label in {out}: {anew}{kinds['disagreement']} disagreements, then "
            f"{kinds['unsure']} unsure ones"
        )
    elif not rows:
        click.echo("nothing waits; tickets come here while `ecomintent serve` answers")
    else:
        table = [
            (
                row["why"],
                row["previous_intent"] or "-",
                row["candidate"] or "-",
                row["confidence"],
                excerpt(row["text"]),
            )
            for row in rows
        ]
        print_table(table, ("why", "predicted", "candidate says", "confidence", "text"))


def _waiting(url: str) -> "Sequence[Correction]":
    from ecomintent import taxonomy

    if len(taxonomy.chain().versions) == 1:
        return ()
    from ecomintent.adapters.sql_labels import SqlLabelStore
    from ecomintent.adapters.todays_labels import TodaysLabels

    return TodaysLabels(SqlLabelStore(url)).waiting()


def _anew(label: "Correction") -> dict[str, str]:
    """A labelled ticket whose intent was split or retired; told beside it is what it may be now."""
    from ecomintent import taxonomy

    parts = " or ".join(taxonomy.chain().reads_as(label.intent))
    return {
        "ticket_id": label.ticket_id,
        "text": label.text,
        "intent": "",
        "previous_intent": "",
        "created_at": label.created_at,
        "source": "ecomintent",
        "why": f"was {label.intent}" + (f": {parts}?" if parts else ""),
        "confidence": "",
        "candidate": "",
        "model_version": "",
    }


def _row(ticket: "KeptTicket") -> dict[str, str]:
    """As `labels import` takes it; what it does not read says why the ticket is here."""
    return {
        "ticket_id": ticket.ticket_id,
        "text": ticket.text,
        "intent": "",
        "previous_intent": ticket.intent,
        "created_at": ticket.at,
        "source": "ecomintent",
        "why": "disagreement" if ticket.candidate_intent else "unsure",
        "confidence": f"{ticket.confidence:.2f}",
        "candidate": ticket.candidate_intent,
        "model_version": ticket.version,
    }


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    from ecomintent import files

    if path.suffix not in KINDS:
        raise InputError(f"a queue ends in {' or '.join(KINDS)}", where=f"--out {path}")
    if path.exists():
        raise InputError("it is there already, perhaps filled in; name another file", where=f"--out {path}")
    if not rows:
        raise InputError("nothing waits to be labelled, so no file is written", where=f"--out {path}")
    if path.suffix == ".jsonl":
        files.write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return
    stream = io.StringIO()
    # Excel takes UTF-8 for what it is only after this mark.
    stream.write("\ufeff")
    table = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    files.write_text(path, stream.getvalue())
