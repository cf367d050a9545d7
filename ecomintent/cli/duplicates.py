"""`ecomintent duplicates`: which tickets of a whole archive are the same one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.data.archive_sketches import Sketches
    from ecomintent.data.near_duplicates import Parents


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Parquet or JSONL file to write.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes, one core each.")
@click.option("--ray", "address", help="Address of a Ray cluster whose workers search instead; docs/scale-out.md.")
@as_json
def duplicates(*, source: Path, out: Path, workers: int, address: str | None, as_json: bool) -> None:
    """Tell which tickets of FILE (CSV, JSONL, XLSX or Parquet with id and text) are near-duplicates, however many.

    They are what `prepare` takes for one ticket (params.yaml: prepare). The answer holds row, id, group (the row of
    its first ticket), first_id and tickets, never a text; refused rows are in OUT.refused.jsonl with their line.
    Several workers read Parquet; after a kill they go on with what is in OUT.sketches. One begins again.

    \b
    Examples:
      ecomintent duplicates tickets.csv --out groups.jsonl
      ecomintent duplicates archive.parquet --out groups.parquet --workers 8
      ecomintent duplicates archive.parquet --out groups.parquet --ray 10.0.0.5:6379 --workers 64 --json
    """
    import shutil
    from dataclasses import asdict

    from ecomintent import params
    from ecomintent.adapters import duplicates as searching
    from ecomintent.adapters import settings
    from ecomintent.data import answer_file, archive, duplicates_answer
    from ecomintent.data.duplicates_alone import Alone
    from ecomintent.data.near_duplicates import Likeness
    from ecomintent.data.selection import likeness
    from ecomintent.params import PrepareParams
    from ecomintent.progress import counted

    if not source.is_file():
        raise InputError("there is no such file; check the path", where=str(source))
    answer_file.check_kind(out)
    asked = params.section(settings.current().params, "prepare", into=PrepareParams)
    kept = 0
    if address or workers > 1:
        sketches = searching.sketches(source, out, Likeness(**likeness(asked)))
        kept = sketches.count - len(sketches.missing())
        parents = _together(sketches, workers, address)
        written = duplicates_answer.write(out, sketches.parts, parents)
        shutil.rmtree(sketches.folder)
    else:
        alone = Alone(asked)
        parents = alone.groups(counted(archive.parts(source), "duplicates: parts"))
        written = duplicates_answer.write(out, alone.parts, parents)
    if as_json:
        print_json({"out": str(out), "parts_kept": kept, **asdict(written)})
    else:
        click.echo(
            f"{written.tickets:,} tickets are {written.groups:,} different ones, {written.largest_group:,} of them the "
            f"same at most; groups in {out}; {written.refused:,} rows refused; {kept:,} parts were there already"
        )


def _together(sketches: "Sketches", workers: int, address: str | None) -> "Parents":
    from ecomintent.adapters import duplicates as searching
    from ecomintent.data.archive_duplicates import Search
    from ecomintent.progress import counted, on_terminal

    search = Search(sketches=sketches, workers=workers)
    with searching.on_ray(address, workers) if address else searching.processes(workers) as run:
        for _ in counted(search.sketch(run), "duplicates: parts"):
            pass
        return search.groups(run, on_terminal)


COMMANDS = (duplicates,)
