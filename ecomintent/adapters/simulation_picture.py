"""The picture of a replay: real-ticket F1, what the gate and the rule made of each candidate, label bill and cost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.adapters.pictures import DPI
from ecomintent.release.simulation import HOUR, Step
from ecomintent.release.stand_in import Ruling

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73")
"""Of Okabe and Ito, one for each cadence."""
MARKS: Final = {Ruling.APPROVED: "^", Ruling.HELD: "o", Ruling.BLOCKED: "X", Ruling.SAME: "."}
MARK_NAMES: Final = {
    Ruling.APPROVED: "candidate promoted",
    Ruling.HELD: "candidate held in review",
    Ruling.BLOCKED: "candidate blocked",
    Ruling.SAME: "candidate equal to the champion",
}


def draw(cadences: Mapping[str, Sequence[Step]], path: Path, *, core_hour_price: float, tickets: int) -> None:
    """PNG with three panels over the same time: macro-F1, label bill, cost so far.

    Args:
        cadences: name -> its steps, oldest first.
        tickets: of the frozen set.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 9.0), layout="constrained")
    FigureCanvasAgg(figure)
    scores, bill, cost = figure.subplots(3, 1, sharex=True, height_ratios=[3, 1.2, 1.2])
    for (name, steps), colour in zip(cadences.items(), COLOURS, strict=False):
        _scores(scores, name, steps, colour)
        retrains = [(datetime.fromisoformat(step.at), step.judged) for step in steps if step.judged]
        times = [at for at, _ in retrains]
        bill.plot(times, [sum(one.bill.values()) for _, one in retrains], color=colour, marker=".", linestyle=":")
        spent = accumulate(one.cpu_s / HOUR * core_hour_price for _, one in retrains)
        cost.step(times, list(spent), color=colour, where="post", linewidth=1.8, marker=".")
    _marks(scores, cadences)
    scores.set_ylabel(f"macro-F1 on {tickets:,} frozen tickets")
    scores.set_title("What served (line) and every candidate (marks)", loc="left")
    bill.set_ylabel("tickets")
    bill.set_title("Label bill: tickets that would decide the undecided intents", loc="left")
    cost.set_ylabel("cost")
    cost.set_title(f"Cost of computing so far, at {core_hour_price:g} a core-hour", loc="left")
    for axes in (scores, bill, cost):
        axes.grid(axis="y", color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in (bill, cost):
        axes.set_ylim(bottom=0)
    files.write(path, lambda into: figure.savefig(into, dpi=DPI, format="png", bbox_inches="tight", pad_inches=0.15))


def _scores(axes: Any, name: str, steps: Sequence[Step], colour: str) -> None:
    served = [(datetime.fromisoformat(step.at), step.f1) for step in steps if step.f1 is not None]
    axes.step([at for at, _ in served], [f1 for _, f1 in served], color=colour, where="post", linewidth=1.8, label=name)
    for step in steps:
        if step.judged and step.ruling:
            filled = step.ruling is not Ruling.HELD
            axes.plot(
                datetime.fromisoformat(step.at),
                step.judged.f1,
                marker=MARKS[step.ruling],
                color=colour,
                markerfacecolor=colour if filled else "white",
                markersize=8,
                linestyle="none",
            )


def _marks(axes: Any, cadences: Mapping[str, Sequence[Step]]) -> None:
    """A legend that names the cadences, and of the marks those that are there."""
    seen = {step.ruling for steps in cadences.values() for step in steps}
    for ruling, mark in MARKS.items():
        if ruling in seen:
            face = "white" if ruling is Ruling.HELD else "#555555"
            style = {"color": "#555555", "markerfacecolor": face, "linestyle": "none", "markersize": 8}
            axes.plot([], [], marker=mark, label=MARK_NAMES[ruling], **style)
    axes.legend(loc="lower right", frameon=False)
