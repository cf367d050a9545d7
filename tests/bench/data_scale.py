"""Time and memory of the stages `validate` and `prepare` on generated snapshots of growing size.

    python -m tests.bench.data_scale --rows 50000 500000 5000000 [--json FILE] [--keep FOLDER]

Each stage runs as its own process in a temporary workspace, as `dvc repro` runs it. Memory is the process's largest
resident set as the kernel counted it (VmHWM), read while it runs and once more when it ends. Time is the processor's
(user and system), which a neighbour on the machine disturbs least; the seconds on the clock stand beside it. The
exponent is the slope of time over rows between two sizes in logarithms: 1 is proportional. What a stage takes on a few
rows (imports, the checks of the frozen set) is measured too and taken off before the second exponent, as it flatters
the first.
"""

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
STAGES: Final = ("validate", "prepare")
FEW: Final = 500
"""Rows of the run that says what a stage takes in any case."""
MIB: Final = 1 << 20
LARGEST_EXPONENT: Final = 1.05
LARGEST_MIB: Final = 2000
POLL_SECONDS: Final = 0.05


def measured(stage: str, workspace: Path) -> dict[str, Any]:
    """Seconds, CPU seconds, MiB and the answer of one stage.

    Raises:
        SystemExit: the stage failed; what it said goes to stderr.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", f"ecomintent.stages.{stage}"],
            cwd=workspace,
            env=environment,
            stdout=out,
            stderr=said,
        )
        peak = 0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            peak = max(peak, _high_water(process.pid))
            time.sleep(POLL_SECONDS)
        seconds = time.monotonic() - started
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{stage} failed: {said.read().decode()[-2000:]}")
        answer = json.loads(out.read())
    # The parent is slim, so what the kernel inherits from it into ru_maxrss is less than the stage's own.
    peak = max(peak, usage.ru_maxrss * 1024)
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(peak / MIB),
        "answer": answer,
    }


def _high_water(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def run(rows: int, seed: int, folder: Path) -> dict[str, Any]:
    """Both stages on a new workspace of so many rows."""
    workspace = folder / f"rows-{rows}"
    if not workspace.exists():
        command = [sys.executable, "-m", "tests.bench.generated_tickets", "--rows", str(rows), "--out", str(workspace)]
        subprocess.run([*command, "--seed", str(seed)], check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."})
    return {"rows": rows} | {stage: measured(stage, workspace) for stage in STAGES}


def exponents(runs: Sequence[dict[str, Any]], stage: str, start: float) -> list[float | None]:
    """Slope from each run to the next; None for the first. `start` seconds are taken off every time."""
    found: list[float | None] = [None]
    for one, other in pairwise(runs):
        grown = math.log(other["rows"] / one["rows"])
        times = [run[stage]["cpu_seconds"] - start for run in (one, other)]
        found.append(round(math.log(times[1] / times[0]) / grown, 3) if min(times) > 0 else None)
    return found


def report(runs: Sequence[dict[str, Any]], few: dict[str, Any], machine: str) -> str:
    """The table as Markdown, and whether the goals were met."""
    lines = [
        machine,
        "",
        "| stage | rows | CPU s | clock s | rows per CPU s | peak MiB | exponent | without start-up |",
    ]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    worst, fattest = -math.inf, 0
    for stage in STAGES:
        start = few[stage]["cpu_seconds"]
        for run, raw, bare in zip(runs, exponents(runs, stage, 0), exponents(runs, stage, start), strict=True):
            took = run[stage]
            told = [f"{value:.3f}" if value is not None else "" for value in (raw, bare)]
            lines.append(
                f"| {stage} | {run['rows']:,} | {took['cpu_seconds']:,.1f} | {took['seconds']:,.1f} "
                f"| {run['rows'] / took['cpu_seconds']:,.0f} | {took['peak_mib']:,} | {told[0]} | {told[1]} |"
            )
            worst = max([worst, *(value for value in (raw, bare) if value is not None)])
            fattest = max(fattest, took["peak_mib"])
        least = few[stage]
        lines.append(f"| {stage} | start-up | {start:.1f} | {least['seconds']:.1f} | | {least['peak_mib']:,} | | |")
    met = "met" if worst <= LARGEST_EXPONENT and fattest <= LARGEST_MIB else "MISSED"
    lines += ["", f"Largest exponent {worst:.3f} (goal <= {LARGEST_EXPONENT}), largest resident set {fattest:,} MiB "
              f"(goal <= {LARGEST_MIB:,}): {met}."]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--json", type=Path, help="put the figures there too")
    parser.add_argument("--keep", type=Path, help="work there and leave the workspaces; an existing one is used again")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="data-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        few = run(FEW, arguments.seed, folder)
        runs = []
        for rows in sorted(arguments.rows):
            runs.append(run(rows, arguments.seed, folder))
            print(json.dumps(runs[-1]), file=sys.stderr)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)
    cores = len(os.sched_getaffinity(0))
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {cores} core(s), Python {platform.python_version()}"
    if arguments.json:
        figures = {"machine": machine, "start_up": few, "runs": runs}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(report(runs, few, machine))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
