"""`ecomintent score`: put an intent on a whole archive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.adapters.scoring import Release


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Parquet or JSONL file to write.")
@click.option(
    "--release", "name", default="champion", show_default=True, help="A folder, champion, previous or a version."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes, one core each.")
@click.option("--ray", "address", help="Address of a Ray cluster whose workers score instead; docs/scale-out.md.")
@as_json
def score(*, source: Path, out: Path, name: str, workers: int, address: str | None, as_json: bool) -> None:
    """Put an intent on every ticket of FILE (CSV, JSONL, XLSX or Parquet with id and text), however large.

    The answer holds id, intent, confidence, below_threshold and model_version, never a text; refused rows are in
    OUT.refused.jsonl with their line. Run again after a kill: only what is missing in OUT.parts is scored.

    \b
    Examples:
      ecomintent score archive.parquet --out intents.parquet --workers 8
      ecomintent score archive.parquet --out intents.parquet --ray 10.0.0.5:6379 --workers 64
      ecomintent score tickets.csv --out intents.jsonl --release data/exported/release --json
    """
    from dataclasses import asdict

    from ecomintent import files
    from ecomintent.adapters import scoring
    from ecomintent.data.archive_parts import ArchiveParts, Work
    from ecomintent.progress import counted

    if not source.is_file():
        raise InputError("there is no such file; check the path", where=str(source))
    release = _release(name)
    work = Work(archive=files.digest(source), weights=release.weights, version=release.version)
    parts = ArchiveParts(out, work)
    kept = len(parts.done)
    job = scoring.Job(source=source, release=release, workers=workers, work=work)
    scored = scoring.on_ray(address, job, parts) if address else scoring.on_this_machine(job, parts)
    for part in counted(scored, "score: parts"):
        parts.add(part)
    written = scoring.finish(job, parts)
    if as_json:
        print_json({"out": str(out), "model_version": release.version, "parts_kept": kept, **asdict(written)})
    else:
        click.echo(
            f"{written.scored:,} tickets scored by {release.version} into {out}, {written.below_threshold:,} of them "
            f"below the threshold; {written.refused:,} rows refused; {kept:,} parts were there already"
        )


def _release(name: str) -> "Release":
    from ecomintent import files
    from ecomintent.adapters import passports, system
    from ecomintent.adapters.releases import resolve, version_of
    from ecomintent.adapters.scoring import Release

    if Path(name).is_dir():
        warn(f"{name} is asked without a look at its passport: nobody says that it was released")
        weights = files.folder_digest(Path(name))
        return Release(folder=Path(name).resolve(), weights=weights, version=f"folder-{weights[:12]}")
    running = system.current()
    version = version_of(running, name)
    passports.require(running, version)
    folder, weights = resolve(running, version)
    return Release(folder=folder, weights=weights, version=version)


COMMANDS = (score,)
