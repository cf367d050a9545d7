"""The picture of a release's confidence: does it come true, and how many errors are among the surest tickets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecomintent.adapters.pictures import CANDIDATE, CHAMPION, blank, save
from ecomintent.gate.statistics import wilson

ALPHA = 0.025
"""One-sided, of the bars: 95 %."""
GREY = "#808080"


def draw(told: Mapping[str, Any], champion: Mapping[str, Any] | None, path: Path) -> None:
    """Reliability diagram and risk-coverage curve as PNG.

    Args:
        told: `reliability.Reliability` of the candidate, as JSON.
        champion: the same of the champion; None where there is none.
    """
    figure, (left, right) = blank(11.5, 5.0, columns=2)
    _reliability(left, told)
    _risk(right, told, champion)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
    save(figure, path)


def _reliability(axes: Any, told: Mapping[str, Any]) -> None:
    bins = told["bins"]
    sure, right = [each["confidence"] for each in bins], [each["accuracy"] for each in bins]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), label="as sure as right")
    bars = [wilson(round(each["accuracy"] * each["n"]), each["n"], ALPHA) for each in bins]
    for each, (low, high) in zip(bins, bars, strict=True):
        axes.plot([each["confidence"]] * 2, [low, high], color=CANDIDATE, linewidth=2.0, alpha=0.45)
    axes.scatter(sure, right, s=42, color=CANDIDATE, zorder=3, label=f"candidate, {bins[0]['n']} tickets a dot")
    least = max(0.0, min(*sure, *(low for low, _ in bars)) - 0.03)
    axes.set_xlim(least, 1.01)
    axes.set_ylim(least, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share answered rightly (bar: 95 % interval)")
    interval = f"[{told['low']:.3f}, {told['high']:.3f}]"
    says = f"Calibration error {told['ece']:.3f} {interval}; by chance {told['by_chance']:.3f}"
    axes.set_title(says, loc="left", fontsize=10.5)
    axes.legend(loc="upper left", frameon=False)


def _risk(axes: Any, told: Mapping[str, Any], champion: Mapping[str, Any] | None) -> None:
    highest = 0.0
    for name, found, colour, style in (
        ("champion", champion, CHAMPION, (0, (5, 2))),
        ("candidate", told, CANDIDATE, "solid"),
    ):
        if not found:
            continue
        coverage, risk = zip(*found["curve"], strict=True)
        axes.step([100 * c for c in coverage], [100 * r for r in risk], where="pre", color=colour, linestyle=style,
                  linewidth=2.0, label=name)  # fmt: skip
        highest = max(highest, *risk)
    handled = told["handled"]
    if handled and handled["answered"]:
        share, errors = handled["answered"] / told["n"], handled["wrong"] / handled["answered"]
        highest = max(highest, errors)
        diamond = {"s": 90, "marker": "D", "facecolors": "white", "edgecolors": CANDIDATE, "linewidths": 2.0}
        says = f"its thresholds: {100 * share:.0f} % answered, {100 * errors:.1f} % of them wrong"
        axes.scatter([100 * share], [100 * errors], zorder=4, label=says, **diamond)
    axes.set_xlim(0, 101)
    axes.set_ylim(0, 100 * highest * 1.15 + 1)
    axes.set_xlabel("surest tickets answered without a person, %")
    axes.set_ylabel("of them wrong, %")
    axes.set_title("Risk by coverage", loc="left", fontsize=10.5)
    axes.legend(loc="upper left", frameon=False)
