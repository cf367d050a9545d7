"""Time and memory over rows, drawn from what data_scale measured.

python -m tests.bench.data_scale_picture FIGURES.json docs/pictures/data_scale.png
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from tests.bench.data_scale import LARGEST_MIB, STAGES

COLOURS = {"validate": "#1b6ca8", "prepare": "#c2571a"}


def draw(figures: dict[str, Any], path: Path) -> None:
    """Two panels in logarithms: processor seconds beside a proportional line, and the largest resident set."""
    runs = [figures["start_up"], *figures["runs"]]
    rows = [run["rows"] for run in runs]
    figure, (time, memory) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    for stage in STAGES:
        time.plot(rows, [run[stage]["cpu_seconds"] for run in runs], "o-", color=COLOURS[stage], label=stage)
        memory.plot(rows, [run[stage]["peak_mib"] for run in runs], "o-", color=COLOURS[stage], label=stage)
        last = runs[-1][stage]["cpu_seconds"]
        time.plot(rows[1:], [last * row / rows[-1] for row in rows[1:]], ":", color=COLOURS[stage], linewidth=1)
    memory.axhline(LARGEST_MIB, color="#777777", linestyle="--", linewidth=1)
    memory.text(rows[0], LARGEST_MIB * 0.95, "goal: at most 2,000 MiB", va="top", color="#555555", fontsize=9)
    time.set(ylabel="processor seconds", title="Time (dotted: proportional to the rows)")
    memory.set(ylabel="largest resident set, MiB", title="Memory", ylim=(100, 3000))
    for axes in (time, memory):
        axes.set(xscale="log", yscale="log", xlabel="rows of the snapshot")
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(frameon=False, loc="lower right" if axes is memory else "upper left")
    figure.suptitle(figures["machine"], fontsize=9, color="#555555")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Draw one picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path, help="as data_scale --json wrote them")
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    draw(json.loads(arguments.figures.read_text(encoding="utf-8")), arguments.picture)


if __name__ == "__main__":
    main()
