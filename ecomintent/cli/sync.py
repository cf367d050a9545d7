"""`ecomintent sync`: corrections from where agents make them."""

import json
import sys
from typing import Any

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--since", default="", help="How far back the first sync of a source reaches, such as 2026-01-01.")
@click.option("--dry-run", is_flag=True, help="Read everything, store nothing, say what would be stored.")
@as_json
def sync(sources: tuple[str, ...], since: str, dry_run: bool, as_json: bool) -> None:
    """Read the corrections made since the last sync from every source in sources.toml, or from SOURCES (kind:account).

    A source that cannot be read does not stop the others; the exit code is then 1, and the next sync goes on where this
    one stopped. Killed, it may simply be started again: every correction is stored once. docs/connect.md shows how each
    helpdesk is connected.

    \b
    Examples:
      ecomintent sync --dry-run
      ecomintent sync zendesk:acme --since 2026-01-01
    """
    from ecomintent.adapters import processes, settings
    from ecomintent.labels import cells

    asked = {"names": list(sources), "since": cells.created_at(since), "dry_run": dry_run}
    result = processes.run_flow(settings.current(), "flows.sync", [json.dumps(asked)])
    if as_json:
        print_json(result)
    else:
        _tell(result["sources"], dry_run)
    if any(source["error"] for source in result["sources"]):
        sys.exit(1)


def _tell(sources: list[dict[str, Any]], dry_run: bool) -> None:
    rows = [_row(source["source"], source["synced"]) for source in sources if source["synced"]]
    if rows:
        new = "would store" if dry_run else "new events"
        print_table(rows, ("source", "read", new, "known", "quarantined", "left out", "labels by provenance"))
    for source in sources:
        if source["error"]:
            warn(f"stopped: {source['error']}")


def _row(name: str, done: dict[str, Any]) -> tuple[str, ...]:
    counts = (done["tickets"], done["stored"], done["already_known"], done["refused"])
    return (name, *map(str, counts), _counted(done["left_out"]), _counted(done["labels"]))


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "-"


COMMANDS = (sync,)
