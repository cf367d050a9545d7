"""`ecomintent corpus build-baseline`: the public baseline's data build."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn

if TYPE_CHECKING:
    from ecomintent.data.baseline_build import Built

PRESET = "presets/public-baseline.yaml"
MAPS = ("seed", "ecomintent", "none")


@click.command("build-baseline")
@click.argument("raw", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write; new, empty or its own.")
@click.option(
    "--map",
    "source_map",
    default="seed",
    show_default=True,
    type=click.Choice(MAPS),
    help="From the files' labels to the nine intents; none where they are intents already.",
)
@as_json
def build_baseline(raw: tuple[Path, ...], out: Path, source_map: str, as_json: bool) -> None:
    """Make train, validation and test of labelled texts in RAW files, as the public baseline made its own.

    RAW is CSV, JSONL, Parquet or XLSX with the columns text (or instruction) and intent (or label). Texts are cleaned
    and redacted; the numbers are the section build of presets/public-baseline.yaml; report.json says what became of
    every row. Labels that the map does not know are counted and left out.

    \b
    Example:
      ecomintent corpus build-baseline bitext.csv --out baseline
    """
    built = _build(raw, None if source_map == "none" else source_map, out)
    if as_json:
        print_json(built.report)
        return
    for reason, count in built.report["refused"].items():
        warn(f"left out {count}: {reason}")
    sides = built.report["sides"]
    names = list(sides["train"]["intents"])
    print_table(
        [(name, *(f"{sides[side]['intents'][name]:,}" for side in sides)) for name in names]
        + [("all", *(f"{sides[side]['rows']:,}" for side in sides))],
        ("intent", *sides),
    )
    tokens = built.report["tokens"]
    click.echo(
        f"tokens: half have at most {tokens['p50']}, 95 % {tokens['p95']}, 99 % {tokens['p99']}, the longest "
        f"{tokens['max']}; {100 * tokens['share_over_max_tokens']:.2f} % over {tokens['max_tokens']}"
    )
    click.echo(f"written to {out}: train, validation and test as Parquet, report.json")


def _build(raw: tuple[Path, ...], source_map: str | None, out: Path) -> "Built":
    from dataclasses import replace

    from ecomintent import params
    from ecomintent.adapters import settings
    from ecomintent.data import baseline_build
    from ecomintent.data.corpus import read_corpus
    from ecomintent.labels.texts import fit
    from ecomintent.model.token_lengths import token_lengths
    from ecomintent.progress import on_terminal

    asked = params.section(settings.current().project / PRESET, "build", into=baseline_build.BuildParams)
    rows, reasons = [], Counter[str]()
    for path in raw:
        taken, refused = read_corpus(path, source_map=source_map)
        rows += taken
        reasons.update(row.reason for row in refused)
    fitted = [replace(row, text=text) for row in on_terminal(rows, "clean and redact") if (text := fit(row.text))]
    reasons["nothing of the text is left once it is cleaned"] += len(rows) - len(fitted)
    built = baseline_build.build(fitted, asked, token_lengths)
    told = {"map": source_map, "refused": {reason: count for reason, count in reasons.most_common() if count}}
    built = replace(built, report={**told, **built.report})
    baseline_build.write(built, out)
    return built
