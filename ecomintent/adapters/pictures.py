"""The two pictures of a run: what is mistaken for what, and how each intent fares."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

CHAMPION_COLOUR: Final = "#b0b7bf"
CANDIDATE_COLOUR: Final = "#1f6f9f"
DARK: Final = 0.55
"""Share of a row from which the cell is dark and its number white."""


def confusion(counts_kk: Sequence[Sequence[int]], names: Sequence[str], path: Path) -> None:
    """Confusion matrix as PNG.

    Args:
        counts_kk: (k, k) tickets, row the label, column the answer.
    """
    figure, axes = _canvas(9.5, 8)
    totals = [max(sum(row), 1) for row in counts_kk]
    shares = [[count / total for count in row] for row, total in zip(counts_kk, totals, strict=True)]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, counts in enumerate(counts_kk):
        for column, count in enumerate(counts):
            if count:
                colour = "white" if shares[row][column] > DARK else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_xlabel("candidate's answer")
    axes.set_ylabel("label")
    axes.set_title("Tickets by label and answer, frozen set")
    _save(figure, path)


def per_intent(
    names: Sequence[str], candidate: Mapping[str, float], champion: Mapping[str, float] | None, path: Path
) -> None:
    """F1 per intent as PNG, the champion beside the candidate where there is one. Values are fractions in 0-1."""
    figure, axes = _canvas(9.5, 5.5)
    positions = range(len(names))
    height = 0.38 if champion else 0.7
    shift = height / 2 if champion else 0.0
    bars = axes.barh(
        [p - shift for p in positions],
        [candidate[name] for name in names],
        height,
        color=CANDIDATE_COLOUR,
        label="candidate",
    )
    axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=9)
    if champion:
        bars = axes.barh(
            [p + shift for p in positions],
            [champion[name] for name in names],
            height,
            color=CHAMPION_COLOUR,
            label="champion",
        )
        axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=9)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2, frameon=False)
    axes.set_yticks(list(positions), names, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1)
    axes.set_xlabel("F1 on the frozen set")
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def _canvas(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=110)
