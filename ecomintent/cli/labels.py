"""`ecomintent labels`: corrections in, and what was refused."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from ecomintent.cli import coverage, label_quality, label_queue
from ecomintent.cli.output import as_json, print_json, print_table, warn
from ecomintent.errors import InputError

SHOWN = 10


@click.group()
def labels() -> None:
    """Corrections that agents made, and the rows that were refused.

    \b
    Examples:
      ecomintent labels import corrections.csv
      ecomintent labels quarantine
      ecomintent labels held
      ecomintent labels queue --out to-label.jsonl
    """


@labels.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "source_map", help="Map the file's own labels: seed or ecomintent (see docs/taxonomy.md).")
@as_json
def import_file(file: Path, source_map: str | None, as_json: bool) -> None:
    """Store the corrections in FILE (CSV, JSONL or Parquet).

    Needs the columns text and intent; takes ticket_id, created_at, agent, source, provenance and previous_intent.
    The same file twice changes nothing. Bad rows are refused, one line each, and the exit code is 1.

    \b
    Example:
      ecomintent labels import data/samples/corrections-month2.jsonl
    """
    from ecomintent.adapters import system
    from ecomintent.adapters.tables import in_frozen_set
    from ecomintent.labels.reading import read_labels

    running = system.current()
    corrections, refused = read_labels(file, source_map=source_map, in_frozen_set=in_frozen_set(running))
    report = running.labels.add(corrections, refused)
    if as_json:
        print_json(
            {
                "stored": report.stored,
                "already_known": report.already_known,
                "refused": [asdict(row) for row in report.refused],
            }
        )
    else:
        click.echo(f"stored {report.stored}, already known {report.already_known}, refused {len(report.refused)}")
        for row in report.refused[:SHOWN]:
            warn(f"{row.file}:{row.line}: {row.reason}")
        if len(report.refused) > SHOWN:
            warn(f"and {len(report.refused) - SHOWN} more: ecomintent labels quarantine")
    if report.refused:
        sys.exit(1)


@labels.command()
@as_json
def quarantine(as_json: bool) -> None:
    """Rows that were refused at import, with the reason.

    \b
    Example:
      ecomintent labels quarantine --json
    """
    from ecomintent.adapters import system

    refused = system.current().labels.quarantine()
    if as_json:
        print_json([asdict(row) for row in refused])
    elif not refused:
        click.echo("the quarantine is empty")
    else:
        print_table(
            [(f"{row.file}:{row.line}", row.ticket_id, row.reason, row.excerpt) for row in refused],
            ("where", "ticket", "reason", "text"),
        )


@labels.command()
@as_json
def status(as_json: bool) -> None:
    """How many corrections there are, by intent and provenance.

    \b
    Example:
      ecomintent labels status
    """
    from collections import Counter

    from ecomintent.adapters import system

    stored = system.current().labels.corrections()
    intents = Counter(correction.intent for correction in stored)
    provenances = Counter(correction.provenance.value for correction in stored)
    if as_json:
        print_json({"corrections": len(stored), "intents": intents, "provenances": provenances})
        return
    click.echo(f"{len(stored)} corrections")
    print_table([(name, str(count)) for name, count in intents.most_common()], ("intent", "corrections"))
    print_table([(name, str(count)) for name, count in provenances.most_common()], ("provenance", "corrections"))


@labels.command()
@click.argument("ticket")
@as_json
def show(ticket: str, as_json: bool) -> None:
    """Everything that happened to TICKET: seen, predicted, corrected, confirmed, deleted; where, when and by whom.

    \b
    Example:
      ecomintent labels show T-70001
    """
    from ecomintent.adapters import system

    story = system.current().labels.story(ticket)
    if not story:
        raise InputError("no event of such a ticket is known", where=f"ticket {ticket}")
    if as_json:
        print_json([asdict(event) for event in story])
        return
    for text in dict.fromkeys(event.text for event in story):
        click.echo(text or "(the text is gone: the ticket was deleted)")
    print_table(
        [
            (
                event.at or "-",
                " ".join(filter(None, (event.source, event.account))),
                event.kind.value,
                " -> ".join(filter(None, (event.previous_intent, event.intent))) or "-",
                event.provenance.value if event.provenance else "-",
                event.agent or event.model_version or "-",
            )
            for event in story
        ],
        ("at", "from", "what", "intent", "provenance", "by"),
    )


@labels.command("check-log")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def check_log(file: Path, as_json: bool) -> None:
    """Hold a log of predictions (JSONL, CSV or Parquet) to expectations/prediction_log.json.

    Its columns are at, ticket_id, text_key, length, intent, confidence, model_version; a text has no place in it.
    Wrong lines are told, and the exit code is 1.

    \b
    Example:
      ecomintent labels check-log predictions.jsonl
    """
    from ecomintent import layout
    from ecomintent.adapters import settings
    from ecomintent.data.prediction_log import check_prediction_log

    suite = settings.current().project / layout.EXPECTATIONS / "prediction_log.json"
    found = check_prediction_log(file, suite)
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(f"{found.rows} lines, wrong {len(found.refused)}, warnings {len(found.warnings)}")
        for row in found.refused[:SHOWN]:
            warn(f"{row.file}:{row.line}: {row.reason}")
        for warned in found.warnings:
            warn(f"warning: {warned.sentence} ({warned.observed})")
    if found.refused:
        sys.exit(1)


for command in (*label_quality.COMMANDS, coverage.coverage, label_queue.queue):
    labels.add_command(command)

COMMANDS = (labels,)
