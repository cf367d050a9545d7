"""Run the drills: `python -m tests.drills [--only NAME ...] [--json FILE] [--table docs/reliability.md]`."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.drills import clock_and_room, kills, loop, mlflow_server, postgres_server, races, storage, tampering
from tests.drills.drill import DRILLS, Drill, Seen, Skipped
from tests.drills.table import write
from tests.drills.world import World, run_on, scratch

ROOMS = (tampering, clock_and_room, postgres_server, mlflow_server, storage, races, kills, loop)
"""Importing them registers their drills."""


def run(each: Drill, world: World | None) -> Seen:
    """One drill; an error that it did not expect is what was seen."""
    try:
        if each.home:
            assert world is not None
            return run_on(world, each)
        with tempfile.TemporaryDirectory(prefix="drill-") as folder:
            return each.run(Path(folder))
    except (Skipped, KeyboardInterrupt):
        raise
    except Exception as error:
        return Seen(ok=False, says=f"{type(error).__name__}: {error}"[:200])


def main() -> int:
    """0 where all drills that ran ended as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these drills, or drills of these groups")
    parser.add_argument("--json", type=Path, help="write what was seen to this file, adding to what it holds")
    parser.add_argument("--table", type=Path, help="write the table of --json between the markers of this page")
    args = parser.parse_args()
    chosen = [d for d in DRILLS.values() if not args.only or d.name in args.only or d.group in args.only]
    told = json.loads(args.json.read_text()) if args.json and args.json.is_file() else {}
    world = World(scratch()) if any(each.home for each in chosen) else None
    failed = 0
    if world:
        world.prepare()
    try:
        for each in chosen:
            started = time.monotonic()
            print(f"\n{each.group}: {each.name}\n  does      {each.does}\n  expects   {each.expects}", flush=True)
            try:
                seen = run(each, world)
            except Skipped as reason:
                print(f"  SKIPPED   {reason}", flush=True)
                continue
            failed += not seen.held
            shown = {"group": each.group, "does": each.does, "expects": each.expects, **seen.told()}
            told[each.name] = {**shown, "seconds": round(time.monotonic() - started, 1)}
            counts = {k: v for k, v in seen.told().items() if v is not None and k not in ("ok", "says", "held")}
            print(f"  saw       {seen.says}\n  counts    {counts}\n  {'ok' if seen.held else 'FAILED'}", flush=True)
            if args.json:
                args.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    finally:
        if world:
            world.close()
    if args.table:
        write(args.table, told)
    print(f"\n{len(chosen)} drills, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
