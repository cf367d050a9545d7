"""Two pictures of a run: what is mistaken for what, and how each intent fares. Colours of Okabe and Ito."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

CANDIDATE: Final = "#0072B2"
CHAMPION: Final = "#D55E00"
DARK: Final = 0.55
"""Share of a row from which the cell is dark and its number white."""
DPI: Final = 120


def confusion(counts_kk: Sequence[Sequence[int]], names: Sequence[str], path: Path) -> None:
    """Confusion matrix as PNG: counts in the cells, the share of each label's tickets as their shade.

    Args:
        counts_kk: (k, k) tickets, row the label, column the answer.
    """
    totals = [sum(row) for row in counts_kk]
    shares_kk = [[count / max(total, 1) for count in row] for row, total in zip(counts_kk, totals, strict=True)]
    figure, axes = blank(10.5, 8.5)
    image = axes.imshow(shares_kk, cmap="Blues", vmin=0, vmax=1)
    for row, counts in enumerate(counts_kk):
        for column, count in enumerate(counts):
            colour = "white" if shares_kk[row][column] > DARK else "black"
            if count:
                axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), [f"{name}  ({total:,})" for name, total in zip(names, totals, strict=True)])
    axes.set_xticks([edge + 0.5 for edge in range(len(names) - 1)], minor=True)
    axes.set_yticks([edge + 0.5 for edge in range(len(names) - 1)], minor=True)
    axes.grid(which="minor", color="#d0d0d0", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("answer")
    axes.set_ylabel("label (tickets)")
    axes.set_title("Tickets by label and answer", loc="left")
    figure.colorbar(image, ax=axes, shrink=0.6, label="share of the label's tickets")
    save(figure, path)


def per_intent(
    names: Sequence[str],
    candidate: Mapping[str, float],
    champion: Mapping[str, float] | None,
    path: Path,
    *,
    low_high: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """F1 per intent as PNG, the champion beside the candidate where there is one. All values are fractions in 0-1.

    Args:
        low_high: interval around the candidate's F1, for any of the intents.
    """
    figure, axes = blank(10.5, 1.6 + 0.55 * len(names))
    shift = 0.16 if champion else 0.0
    rows = range(len(names))
    for row, name in enumerate(names):
        axes.axhspan(row - 0.5, row + 0.5, color="#f3f3f3" if row % 2 == 0 else "white", zorder=0)
        if low_high and name in low_high:
            axes.plot(low_high[name], [row - shift] * 2, color=CANDIDATE, linewidth=2.2, solid_capstyle="butt")
    scores = [candidate[name] for name in names]
    axes.scatter(scores, [row - shift for row in rows], s=60, color=CANDIDATE, label="candidate", zorder=3)
    if champion:
        before = [champion[name] for name in names]
        style = {"s": 52, "marker": "D", "facecolors": "white", "edgecolors": CHAMPION, "linewidths": 1.8}
        axes.scatter(before, [row + shift for row in rows], label="champion", zorder=3, **style)
    _columns(axes, names, candidate, champion)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(_least(candidate, champion, low_high), 1.02)
    axes.set_xlabel("F1" + (" (line: the candidate's interval)" if low_high else ""))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)
    save(figure, path)


def _columns(
    axes: Any, names: Sequence[str], candidate: Mapping[str, float], champion: Mapping[str, float] | None
) -> None:
    """The numbers, in columns to the right of the dots where nothing can cover them."""
    right = axes.get_yaxis_transform()
    heads = ["candidate", "champion", "change"] if champion else ["candidate"]
    for column, head in enumerate(heads):
        axes.text(1.07 + 0.11 * column, -0.62, head, transform=right, ha="center", va="bottom", fontsize=9)
    for row, name in enumerate(names):
        values = [f"{candidate[name]:.3f}"]
        if champion:
            values += [f"{champion[name]:.3f}", f"{candidate[name] - champion[name]:+.3f}"]
        for column, value in enumerate(values):
            axes.text(1.07 + 0.11 * column, row, value, transform=right, ha="center", va="center", fontsize=9)


def _least(
    candidate: Mapping[str, float],
    champion: Mapping[str, float] | None,
    low_high: Mapping[str, tuple[float, float]] | None,
) -> float:
    """Left end of the axis: the tenth below the smallest value, a little below 0 where that is 0."""
    shown = [*candidate.values(), *(champion or {}).values(), *(low for low, _ in (low_high or {}).values())]
    return max(int(min(shown) * 10) / 10 - 0.1, -0.02)


def blank(width: float, height: float, *, columns: int = 1) -> tuple[Any, Any]:
    """A figure of `width` x `height` inches without pyplot, whose global state would outlive the call."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(ncols=columns)


def save(figure: Any, path: Path) -> None:
    """The figure as PNG."""
    figure.savefig(path, dpi=DPI, format="png", bbox_inches="tight", pad_inches=0.15)
