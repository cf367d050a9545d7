"""`ecomintent simulate`: what would have happened, had we retrained monthly, weekly, or when the mix drifts."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, points, print_json, print_table, warn

if TYPE_CHECKING:
    from ecomintent.adapters.simulating import Replayed
    from ecomintent.adapters.simulation_inputs import Asked
    from ecomintent.release.simulation import Step, Totals

FILE = click.Path(path_type=Path)
HEADER = (
    "cadence", "when", "why", "labels", "rows", "verdict", "decision", "F1", "F1 champion", "serves", "bill",
    "core-s", "cost",
)  # fmt: skip
TOTALS = (
    "cadence", "retrains", "promoted", "held", "blocked", "F1 first", "F1 last", "F1 mean served", "labels",
    "last bill", "core-hours", "cost",
)  # fmt: skip


@click.command()
@click.option("--events", required=True, multiple=True, type=FILE, help="Labels, as for labels import; repeatable.")
@click.option(
    "--cadence",
    "cadences",
    multiple=True,
    default=("monthly",),
    show_default=True,
    type=click.Choice(["monthly", "weekly", "on-drift"]),
    help="When the shop retrains; repeat it to compare.",
)
@click.option("--split", type=click.IntRange(1, 120), help="Spread all labels over so many months, in random order.")
@click.option("--map", "source_map", help="Map the labels of --events: seed or ecomintent (see docs/taxonomy.md).")
@click.option("--frozen", type=FILE, help="Frozen set.  [default: the one of this home, else the sample]")
@click.option("--corpus", type=FILE, help="Base corpus, beside the bundled starter corpus.")
@click.option("--alone", is_flag=True, help="With --corpus: leave the starter corpus out.")
@click.option(
    "--on-review",
    default="approve",
    show_default=True,
    type=click.Choice(["approve", "hold"]),
    help="What the rule that stands in for a person does with a REVIEW.",
)
@click.option(
    "--core-hour-price",
    default=0.05,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Of one core for one hour, in your money.",
)
@click.option("--out", type=FILE, help="Folder to work in and to keep it all.  [default: a temporary one]")
@as_json
def simulate(
    *,
    events: tuple[Path, ...],
    cadences: tuple[str, ...],
    split: int | None,
    source_map: str | None,
    frozen: Path | None,
    corpus: Path | None,
    alone: bool,
    on_review: str,
    core_hour_price: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Replay a history of labels through the real stages and the real gate, as if time went by.

    Nothing of this home changes: every cadence gets a home of its own below --out. It starts with a release on the
    base corpus alone. Then PROMOTE is approved, BLOCK is not, and a REVIEW goes as --on-review says. The same command
    with the same --out goes on where it was stopped. Writes simulate.json and simulation.png.

    \b
    Examples:
      ecomintent simulate --events corrections.csv --out replay
      ecomintent simulate --events history.parquet --cadence monthly --cadence on-drift --out replay
      ecomintent simulate --events no-dates.csv --split 12 --on-review hold --core-hour-price 0.04 --out replay
    """
    if alone and corpus is None:
        raise click.UsageError("--alone leaves the starter corpus out; it needs --corpus FILE")
    from ecomintent.adapters import simulating, system
    from ecomintent.adapters.simulation_inputs import Asked, default_frozen
    from ecomintent.data.cadence import Cadence
    from ecomintent.release.stand_in import OnReview

    settings = system.current().settings
    folder = out.resolve() if out else Path(tempfile.mkdtemp(prefix="ecomintent-simulate-"))
    asked = Asked(
        events=events,
        source_map=source_map,
        frozen=frozen or default_frozen(settings),
        corpus=corpus,
        alone=alone,
        split=split,
        on_review=OnReview(on_review),
    )
    wanted = [Cadence(name) for name in dict.fromkeys(cadences)]
    found = simulating.replay(asked, wanted, folder, settings, say=warn)
    told = simulating.keep(found, asked, folder, core_hour_price=core_hour_price)
    if as_json:
        print_json(told)
    else:
        _show(found, asked, folder, core_hour_price)


def _show(found: "Replayed", asked: "Asked", folder: Path, price: float) -> None:
    from ecomintent.release.simulation import totals

    refused = f", {found.refused:,} rows refused" if found.refused else ""
    how = f"spread over {asked.split} months in random order" if asked.split else "at their own times"
    click.echo(f"{found.labels:,} labels {how}{refused}; {found.frozen_set.rows:,} frozen tickets")
    click.echo(f"REVIEW: {asked.on_review.value}; first release: approved unless BLOCK; {price:g} a core-hour\n")
    rows = [row for name, steps in found.steps.items() for row in _rows(name, steps, price)]
    print_table(rows, HEADER)
    click.echo()
    summed = {name: totals(steps, core_hour_price=price) for name, steps in found.steps.items()}
    print_table([_total(name, one) for name, one in summed.items()], TOTALS)
    if unknown := sum(one.unknown for one in summed.values()):
        warn(f"{unknown} stage runs ended in the moment of a crash; what they took is not known and not in the sums")
    click.echo(f"\npicture: {folder / 'simulation.png'}\nall of it: {folder / 'simulate.json'}")


def _rows(name: str, steps: "Sequence[Step]", price: float) -> list[tuple[str, ...]]:
    """One row for each retrain."""
    return [
        (
            name,
            step.name,
            step.why,
            f"{step.labels:,}",
            f"{step.judged.training_rows:,}",
            step.judged.verdict,
            step.ruling.value,
            points(step.judged.f1),
            points(step.judged.champion_f1),
            step.champion or "-",
            str(sum(step.judged.bill.values())),
            f"{step.judged.cpu_s:.0f}",
            f"{step.judged.cpu_s / 3600 * price:.4f}",
        )
        for step in steps
        if step.judged and step.ruling
    ]


def _total(name: str, found: "Totals") -> tuple[str, ...]:
    counts = (found.retrains, found.promoted, found.held, found.blocked)
    scores = (found.f1_first, found.f1_last, found.f1_served)
    return (
        name,
        *map(str, counts),
        *map(points, scores),
        f"{found.labels:,}",
        f"{found.bill_last:,}",
        f"{found.core_s / 3600:.2f}",
        f"{found.cost:.4f}",
    )


COMMANDS = (simulate,)
