"""`ecomintent corpus` and `ecomintent samples`: the tables a retrain starts from."""

from pathlib import Path

import click

from ecomintent.cli import baseline
from ecomintent.cli.output import as_json, print_json, warn


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


corpus.add_command(baseline.build_baseline)

COMMANDS = (corpus, samples)
