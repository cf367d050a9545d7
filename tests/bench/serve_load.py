"""Our server beside the public baseline's way of serving, on the same weights and cores in the same run.

    python -m tests.bench.serve_load --home HOME [--seconds 15] [--turns 4] [--clients 8] [--json]
    python -m tests.bench.serve_load --home HOME --soak MINUTES [--rate 50] [--json]

HOME is a home with a promoted release: one retrain on the bundled samples, approved (`make retrain`, then
`ecomintent approve`), or an own one; how well it learned does not matter here. The servers work on a copy of what
serving needs: nothing is written to HOME.

Load: `ecomintent serve` with its defaults beside `serve_baseline.py`, both running, asked in turns by clients that ask
again as soon as they are answered. They share the cores (`--cores`, the first two) with the load generator. Before
it, every ticket is asked once of both: how often they name the same intent. Start: from the start of the process to the
first answered ticket, in turns, the files in the system's cache. Soak: ours alone, single tickets, batches and
corrections at a constant rate. Needs Linux (/proc). Exit code 1: a goal is missed.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from ecomintent.adapters.latency import percentile
from ecomintent.errors import EcomIntentError
from ecomintent.model.timing import pin
from ecomintent.taxonomy import NAMES
from tests.bench.serve_baseline import WAYS
from tests.bench.serve_client import Load, Reply, closed_loop, one_by_one, request
from tests.bench.serve_process import BASELINE, OURS, ROOT, Server, Stand, running, stand
from tests.bench.serve_soak import FLAT, Ticket, soak

RATIO: Final = 5.0
START_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One server, asked for some seconds."""

    server: str
    requests_per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    busy_ms: float
    """Processor time of the server for each request; neighbours on the machine hardly change it."""


def tickets() -> list[Ticket]:
    """The bundled frozen samples."""
    lines = (ROOT / "data" / "samples" / "frozen.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["label"]) for row in map(json.loads, lines) if row["text"].strip()]


def turn(name: str, server: Server, texts: Sequence[str], *, clients: int, seconds: float) -> Turn:
    """Ask one server."""
    requests = [request("/classify", {"text": text}, port=server.port) for text in texts]
    worked = server.busy_seconds()
    load = asyncio.run(closed_loop(server.port, requests, clients=clients, seconds=seconds))
    worked = server.busy_seconds() - worked
    return Turn(
        server=name,
        requests_per_second=load.statuses[200] / load.seconds,
        **_percentiles(load),
        errors=load.errors,
        busy_ms=1000 * worked / len(load.spent),
    )


def same_answers(servers: dict[str, Server], texts: Sequence[str]) -> tuple[int, int]:
    """On how many tickets both name the same best intent, and how many answers were none."""
    best = {}
    for name, server in servers.items():
        sent = [request("/classify", {"text": text}, port=server.port) for text in texts]
        best[name] = [_best(reply) for reply in asyncio.run(one_by_one(server.port, sent))]
    wrong = sum(intent not in NAMES for found in best.values() for intent in found)
    return sum(ours == theirs for ours, theirs in zip(best[OURS], best[BASELINE], strict=True)), wrong


def load(where: Stand, *, seconds: float, turns: int, clients: int) -> dict[str, Any]:
    """The ratio is the median over turns that followed each other; P99 is the median over a server's turns."""
    texts = [text for text, _ in tickets()]
    told: list[Turn] = []
    with running(OURS, where) as ours, running(BASELINE, where) as baseline:
        servers = {BASELINE: baseline, OURS: ours}
        same, wrong = same_answers(servers, texts)
        for _ in range(turns):
            for name, server in servers.items():
                told.append(turn(name, server, texts, clients=clients, seconds=seconds))
                print(f"{name} {told[-1].requests_per_second:.0f} requests/s", file=sys.stderr, flush=True)
        memory = {name: server.rss_mib() for name, server in servers.items()}
    of = {name: [one for one in told if one.server == name] for name in servers}
    ratios = [b.requests_per_second / a.requests_per_second for a, b in zip(of[BASELINE], of[OURS], strict=True)]
    p99 = {name: median(one.p99_ms for one in found) for name, found in of.items()}
    errors = wrong + sum(one.errors for one in told)
    return {
        "clients": clients,
        "turns": [asdict(one) for one in told],
        "same_intent": same,
        "tickets": len(texts),
        "rss_mib": memory,
        "errors": errors,
        "ratio": median(ratios),
        "ratios": ratios,
        "p99_ms": p99,
        "goal": RATIO,
        "met": median(ratios) >= RATIO and p99[OURS] <= p99[BASELINE] and errors == 0,
    }


def starts(where: Stand, times: int) -> dict[str, Any]:
    """Seconds from the start of a process to its first answered ticket; `busy` is the processor's part of them."""
    seconds: dict[str, list[float]] = {OURS: [], BASELINE: []}
    busy: dict[str, list[float]] = {OURS: [], BASELINE: []}
    for _ in range(times):
        for name, found in seconds.items():
            with running(name, where) as server:
                found.append(server.start_seconds)
                busy[name].append(server.busy_seconds())
    middle = {name: median(found) for name, found in seconds.items()}
    return {
        "seconds": seconds,
        "median": middle,
        "busy": {name: median(found) for name, found in busy.items()},
        "goal": START_SECONDS,
        "met": middle[OURS] <= START_SECONDS,
    }


def tell(found: dict[str, Any]) -> None:
    """Tables for docs, each with its goal."""
    print(f"{found['cores']} cores; load average before: {found['load_average']:.1f}")
    if "start" in found:
        start = found["start"]
        each = ", ".join(
            f"{name} {start['median'][name]:.2f} s ({', '.join(f'{one:.2f}' for one in times)}; "
            f"processor {start['busy'][name]:.2f} s)"
            for name, times in start["seconds"].items()
        )
        print(f"\nFrom start to first answer, median: {each}. {_goal(f'<= {START_SECONDS:g} s', start['met'])}")
    if "load" in found:
        _tell_load(found["load"])
    if "soak" in found:
        one = found["soak"]
        quarters = ", ".join(f"{mib:.1f}" for mib in one["rss_mib_by_quarter"])
        print(
            f"\n{one['minutes']:.1f} minutes at {one['tickets_per_second']:.1f} tickets/s: {one['tickets']:,} tickets, "
            f"{one['corrections']:,} corrections, {one['errors']} errors, P50 {one['p50_ms']:.1f} ms, "
            f"P99 {one['p99_ms']:.1f} ms.\nMemory by quarter, median MiB: {quarters}; highest "
            f"{one['rss_mib_highest']:.1f}; second half {one['mib_per_hour']:+.2f} MiB an hour. "
            f"Last over second quarter {one['growth']:.3f}. {_goal(f'<= {FLAT:g}, no error', one['met'])}"
        )


def main() -> int:
    """Measure what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=15, help="of each turn")
    parser.add_argument("--turns", type=int, default=4, help="of each server")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--starts", type=int, default=5, help="of each server; 0: none")
    parser.add_argument("--baseline", choices=WAYS, default=WAYS[0], help="how it calls its pipeline")
    parser.add_argument("--cores", type=int, default=2, help="for both servers and the load generator together")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="this alone")
    parser.add_argument("--rate", type=float, default=50, help="tickets/s of the soak")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    # Told to stop, it stops its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    pin(asked.cores)
    found: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "load_average": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        try:
            where = stand(asked.home, Path(folder), asked.baseline)
            if asked.soak:
                with running(OURS, where) as server:
                    running_on = soak(server, tickets(), rate=asked.rate, minutes=asked.soak)
                    found["soak"] = asyncio.run(running_on).to_json()
            else:
                if asked.starts:
                    found["start"] = starts(where, asked.starts)
                found["load"] = load(where, seconds=asked.seconds, turns=asked.turns, clients=asked.clients)
        except EcomIntentError as error:
            print(f"serve_load: {error}", file=sys.stderr)
            return 2
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        tell(found)
    return 0 if all(part["met"] for part in found.values() if isinstance(part, dict)) else 1


def _tell_load(found: dict[str, Any]) -> None:
    print("\n| server | requests/s | P50 ms | P95 ms | P99 ms | errors | processor ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in found["turns"]:
        times = " | ".join(f"{one[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
        rate, busy = f"{one['requests_per_second']:.1f}", f"{one['busy_ms']:.1f}"
        print(f"| {one['server']} | {rate} | {times} | {one['errors']} | {busy} |")
    told = ", ".join(f"{ratio:.2f}" for ratio in found["ratios"])
    memory = ", ".join(f"{name} {mib:.0f} MiB" for name, mib in found["rss_mib"].items())
    print(
        f"\n{found['clients']} clients; the same best intent on {found['same_intent']} of {found['tickets']} tickets; "
        f"memory: {memory}.\nMedian ratio {found['ratio']:.2f} ({told}); median P99 {found['p99_ms'][OURS]:.1f} ms "
        f"beside {found['p99_ms'][BASELINE]:.1f}; {found['errors']} errors. "
        f"{_goal(f'>= {RATIO:g} times the requests/s at equal or lower P99, no error', found['met'])}"
    )


def _best(reply: Reply) -> str:
    if reply.status != 200:
        return ""
    scores: dict[str, float] = json.loads(reply.body)["scores"]
    return max(scores, key=lambda name: scores[name])


def _percentiles(load: Load) -> dict[str, float]:
    spent = [1000 * one for one in load.spent]
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {name: percentile(spent, share) for name, share in shares.items()}


def _goal(what: str, met: bool) -> str:
    return f"Goal of {what}: {'met' if met else 'missed'}."


if __name__ == "__main__":
    sys.exit(main())
