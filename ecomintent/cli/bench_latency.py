"""`ecomintent bench latency`: milliseconds and money a ticket."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ecomintent.cli.output import as_json, print_json, print_table
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.adapters.latency import Measured, Spread

SAMPLES: Final = Path("data/samples/frozen.jsonl")
CORE_HOUR: Final = 0.04
"""About what a shared virtual core cost an hour at the large providers; no offer of anybody."""
HEADER: Final = ("cores", "runtime", "P50 ms", "P95 ms", "P99 ms", "processor P50", "P95", "tickets/s")


@click.command()
@click.option("--release", default="champion", show_default=True, help="A folder, champion, candidate or a version.")
@click.option(
    "--input", "source", type=click.Path(path_type=Path), help="Tickets; default: the bundled frozen samples."
)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Passes over the tickets.")
@click.option(
    "--core-hour", default=CORE_HOUR, show_default=True, type=click.FloatRange(0), help="Price of a core hour."
)
@as_json
def latency(*, release: str, source: Path | None, rounds: int, core_hour: float, as_json: bool) -> None:
    """Time one ticket after the other, warm and cold, on one core and on two.

    Beside it the transformers pipeline (torch, 32-bit, one ticket a call) answers the same tickets with the same
    weights, in turns with the release in the same process. A goal that is missed is said, and no error.

    \b
    Examples:
      ecomintent bench latency
      ecomintent bench latency --release data/exported/release --input tickets.jsonl --json
    """
    from ecomintent.adapters import latency as timing
    from ecomintent.adapters import settings, system
    from ecomintent.adapters.releases import resolve

    project = settings.current().project
    folder = Path(release) if Path(release).is_dir() else resolve(system.current(), release)[0]
    texts = _texts(source or project / SAMPLES)
    measured = timing.measure(folder, texts, rounds=rounds, core_hour=core_hour, project=project)
    if as_json:
        print_json(measured.to_json())
    else:
        _show(measured)


def _texts(source: Path) -> list[str]:
    from ecomintent.labels.tables import Fault, read_rows

    rows = [row for _, row in read_rows(source)]
    texts = [text for row in rows if not isinstance(row, Fault) and (text := row.get("text") or "").strip()]
    if not texts:
        raise InputError("holds no row with a text", where=str(source))
    return texts


def _show(measured: "Measured") -> None:
    from ecomintent.adapters.latency import CALLS, GOAL_P95_MS, GOAL_RATIO
    from ecomintent.model.timing import PIPELINE, RELEASE

    one = measured.cores[1][RELEASE]
    click.echo(f"{measured.machine}; {measured.tickets} tickets, {measured.rounds} rounds, one ticket a call")
    rows = [_row(cores, name, spread) for cores, by_name in measured.cores.items() for name, spread in by_name.items()]
    print_table(rows, HEADER)
    for name in (RELEASE, PIPELINE):
        click.echo(f"cold, from process start to first answer: {name} {measured.cold_ms[name]:.0f} ms")
    click.echo(
        f"{CALLS:,} calls x {one.mean_ms:.3f} ms = {CALLS * one.mean_ms / 1000:.2f} core seconds; / 3600 x "
        f"{measured.core_hour:g} a core hour = {measured.cost:.7f}"
    )
    _goal("P95 on one core", f"{one.p95_ms:.2f} ms", f"at most {GOAL_P95_MS:g} ms", one.p95_ms <= GOAL_P95_MS)
    ratio = measured.ratio_p95
    _goal("P95 of the pipeline over ours", f"{ratio:.1f}", f"at least {GOAL_RATIO:g}", ratio >= GOAL_RATIO)


def _row(cores: int, name: str, spread: "Spread") -> list[str]:
    times = (spread.p50_ms, spread.p95_ms, spread.p99_ms, spread.busy_p50_ms, spread.busy_p95_ms)
    return [str(cores), name, *(f"{value:.2f}" for value in times), f"{spread.tickets_per_second:.0f}"]


def _goal(what: str, found: str, wanted: str, met: bool) -> None:
    click.echo(f"goal {'met' if met else 'missed'}: {what} {found}, {wanted}")
