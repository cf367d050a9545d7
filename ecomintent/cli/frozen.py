"""`ecomintent frozen`: sealed real tickets that only the gate reads."""

import getpass
from pathlib import Path

import click

from ecomintent.cli import frozen_output
from ecomintent.cli.output import as_json, print_json, warn

FAULT = 1

named = click.option("--by", default=getpass.getuser, help="Who seals it.  [default: the login name]")
a_file = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def frozen() -> None:
    """The frozen set: sealed real tickets that only the gate reads.

    \b
    Examples:
      ecomintent frozen import tickets.parquet
      ecomintent frozen queue to-label.csv --from recent.csv
      ecomintent frozen add to-label.csv
      ecomintent frozen status
    """


@frozen.command("import")
@a_file
@named
@as_json
def import_frozen(file: Path, by: str, as_json: bool) -> None:
    """Seal FILE (CSV, JSONL or Parquet; columns id, text, label; optional group, provenance) as the frozen set.

    It is taken whole or not at all, in the place of the one before. Labels must be blind, confirmed or edited; at
    least 30 tickets an intent are needed before an intent can PASS.

    \b
    Example:
      ecomintent frozen import data/samples/frozen.jsonl
    """
    from ecomintent.adapters import frozen_set, system

    sealed, warnings = frozen_set.import_frozen(system.current(), file, by=by)
    for warning in warnings:
        warn(warning)
    if as_json:
        print_json({"digest": sealed.digest, "rows": sealed.rows, "warnings": list(warnings)})
    else:
        click.echo(f"frozen set {sealed.short} sealed: {sealed.rows} tickets")


@frozen.command()
@a_file
@named
@as_json
def add(file: Path, by: str, as_json: bool) -> None:
    """Take the labelled tickets of FILE, a filled-in queue for one, into the frozen set.

    Rows without a label are left out. A ticket the set has takes the new label if that was given blind.

    \b
    Example:
      ecomintent frozen add to-label.csv --by "Dana Ortiz"
    """
    from ecomintent.adapters import frozen_set, system

    frozen_output.tell(frozen_set.add(system.current(), file, by=by), as_json)


@frozen.command()
@a_file
@named
@as_json
def refresh(file: Path, by: str, as_json: bool) -> None:
    """Let the labelled tickets of FILE take the place of as many that have served longest.

    At least a quarter of the set (params.yaml: gate.frozen_refresh_share) must be replaced. Gate runs are counted
    anew afterwards.

    \b
    Example:
      ecomintent frozen refresh labelled-this-autumn.csv --by "Dana Ortiz"
    """
    from ecomintent.adapters import frozen_set, system

    frozen_output.tell(frozen_set.refresh(system.current(), file, by=by), as_json)


@frozen.command()
@as_json
def verify(as_json: bool) -> None:
    """Is the stored frozen set the one that was sealed? Exit code 1 if anything was changed.

    Also counts corrections and corpus rows that copy a frozen ticket; these are no fault: training leaves them out.

    \b
    Example:
      ecomintent frozen verify
    """
    from ecomintent.adapters import frozen_check, system

    found = frozen_check.verify(system.current())
    if as_json:
        told = {"digest": found.digest, "intact": not found.faults, "faults": found.faults}
        print_json({**told, "copies": {"corrections": found.corrections, "corpus": found.corpus}})
    elif found.faults:
        for fault in found.faults:
            click.echo(f"CHANGED {fault}")
    else:
        click.echo(f"frozen set {found.digest[:12]} is the one that was sealed")
        frozen_output.copies("stored corrections", found.corrections)
        frozen_output.copies("base corpus rows", found.corpus)
    if found.faults:
        raise SystemExit(FAULT)


@frozen.command()
@as_json
def status(as_json: bool) -> None:
    """Which frozen set counts, how many tickets each intent has, and how many candidates it has judged.

    \b
    Example:
      ecomintent frozen status --json
    """
    from ecomintent.adapters import frozen_check, system

    found = frozen_check.status(system.current())
    if as_json:
        print_json(found)
    elif found["digest"] is None:
        click.echo("no frozen set yet: ecomintent frozen import FILE")
    else:
        frozen_output.standing(found)


@frozen.command()
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--from", "source", type=click.Path(path_type=Path), help="Recent, unlabelled tickets: columns id, text.")
@click.option("--intent", "intents", multiple=True, help="Draw for this intent.  [default: the undecided ones]")
@click.option("--count", type=click.IntRange(min=1), help="Tickets for each intent.  [default: what the verdict lacks]")
@click.option("--discordant", is_flag=True, help="Only tickets of the set on which champion and candidate differ.")
@as_json
def queue(
    *, output: Path, source: Path | None, intents: tuple[str, ...], count: int | None, discordant: bool, as_json: bool
) -> None:
    """Write tickets to label blind to OUTPUT (CSV: id, text, label to fill in), in an order that gives nothing away.

    These are tickets of the frozen set on which champion and candidate differ and, with --from, recent ones of the
    intents the gate could not decide. Bring them back with `ecomintent frozen add`.

    \b
    Examples:
      ecomintent frozen queue to-label.csv --from recent.csv
      ecomintent frozen queue to-label.csv --from recent.csv --intent CANCEL_ORDER --count 20
    """
    if discordant if source else (intents or count):
        raise click.UsageError("--intent and --count go with --from FILE, and --discordant goes without it")
    from ecomintent.adapters import frozen_queue, system

    found = frozen_queue.write(system.current(), output, source=source, intents=intents, count=count)
    frozen_output.queued(found, output, as_json)


COMMANDS = (frozen,)
