"""`ecomintent frozen`, `ecomintent corpus` and `ecomintent samples`: the tables a retrain starts from."""

from pathlib import Path

import click

from ecomintent.cli.output import as_json, print_json, warn


@click.group()
def frozen() -> None:
    """The frozen set: sealed real tickets that only the gate reads.

    \b
    Examples:
      ecomintent frozen import tickets.parquet
      ecomintent frozen status
    """


@frozen.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def import_frozen(file: Path, as_json: bool) -> None:
    """Seal FILE (CSV, JSONL or Parquet; columns id, text, label; optional group, provenance) as the frozen set.

    It is taken whole or not at all. At least 30 tickets an intent are needed before an intent can PASS.

    \b
    Example:
      ecomintent frozen import data/samples/frozen.jsonl
    """
    from ecomintent.adapters import system, tables

    sealed, warnings = tables.import_frozen(system.current(), file)
    for warning in warnings:
        warn(warning)
    if as_json:
        print_json({"digest": sealed.digest, "rows": sealed.rows, "warnings": list(warnings)})
    else:
        click.echo(f"frozen set {sealed.short} sealed: {sealed.rows} tickets")


@frozen.command("status")
@as_json
def frozen_status(as_json: bool) -> None:
    """Which frozen set counts, and how many tickets each intent has.

    \b
    Example:
      ecomintent frozen status --json
    """
    from ecomintent.adapters import system, tables

    running = system.current()
    counts = tables.frozen_counts(running)
    sealed = running.frozen.current()
    if as_json:
        print_json({"digest": sealed.digest if sealed else None, "intents": counts})
    elif sealed is None:
        click.echo("no frozen set yet: ecomintent frozen import FILE")
    else:
        click.echo(f"frozen set {sealed.short}: {sealed.rows} tickets from {running.frozen.origin()}")
        for intent, count in counts.items():
            click.echo(f"  {intent:<17} {count}")


@click.group()
def corpus() -> None:
    """The base corpus that training starts from, beside the corrections.

    \b
    Examples:
      ecomintent corpus import old-tickets.parquet --map seed
      ecomintent corpus starter
    """


@corpus.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "source_map", help="Map the file's own labels: seed or ecomintent (see docs/taxonomy.md).")
@click.option("--alone", is_flag=True, help="Leave the bundled starter corpus out.")
@as_json
def import_corpus(file: Path, source_map: str | None, alone: bool, as_json: bool) -> None:
    """Use FILE (CSV, JSONL or Parquet; columns text and intent) as the base corpus, beside the bundled starter corpus.

    Importing another file replaces this one; corrections are not touched.

    \b
    Example:
      ecomintent corpus import old-tickets.csv
    """
    from ecomintent.adapters import system, tables

    sealed, refused = tables.import_corpus(system.current(), file, source_map, with_starter=not alone)
    for row in refused[:10]:
        warn(f"{row.file}:{row.line}: {row.reason}")
    if as_json:
        print_json({"digest": sealed.digest, "rows": sealed.rows, "refused": len(refused)})
    else:
        click.echo(f"base corpus {sealed.short}: {sealed.rows} tickets, {len(refused)} rows left out")


@corpus.command()
def starter() -> None:
    """Go back to the bundled starter corpus (invented samples).

    \b
    Example:
      ecomintent corpus starter
    """
    from ecomintent.adapters import system, tables

    running = system.current()
    sealed, _ = tables.use_starter(running)
    click.echo(f"base corpus {sealed.short}: the bundled starter corpus, {sealed.rows} invented tickets")


@click.command()
def samples() -> None:
    """Fill an empty home with the bundled samples (all invented); a home that holds anything is left as it is.

    Loads the starter corpus, the sample frozen set and the first month of sample corrections.

    \b
    Example:
      ecomintent samples && ecomintent retrain
    """
    from ecomintent.adapters import system, tables

    click.echo(tables.load_samples(system.current()))


COMMANDS = (frozen, corpus, samples)
