"""`ecomintent watch`: is the champion still what it was, and is there a reason to retrain?"""

import json
from typing import Any

import click

from ecomintent.cli.output import as_json, print_json, print_table


@click.command()
@click.option("--dry-run", is_flag=True, help="Look and decide; record nothing, start nothing.")
@click.option("--history", is_flag=True, help="What every look so far came to, and why.")
@as_json
def watch(dry_run: bool, history: bool, as_json: bool) -> None:
    """Hold the champion to its bounds: drift, corrected tickets, the blind audit; ask for a retrain where one follows.

    Run it daily. A retrain is asked for at most once a day, and never while a candidate waits or one runs. The release
    that serves is changed only where params.yaml says watch.rollback. docs/watch.md tells what each reading means.

    \b
    Examples:
      ecomintent watch
      ecomintent watch --dry-run --json
      ecomintent watch --history
    """
    from ecomintent.adapters import processes, settings

    if history:
        _history(as_json)
        return
    found = processes.run_flow(settings.current(), "flows.watch", [json.dumps({"dry_run": dry_run})])
    if as_json:
        print_json(found)
        return
    _tell(found)


def _tell(found: dict[str, Any]) -> None:
    rows = [
        (one["name"], _number(one["value"]), _number(one["bound"]), "SPEAKS" if one["speaks"] else "-", one["says"])
        for one in found["readings"]
    ]
    if rows:
        print_table(rows, ("reading", "value", "bound", "", "rests on"))
    click.echo(f"\n{found['action']}: {'; '.join(found['reasons'])}")
    if found["retrain"]:
        click.echo(f"retrain: {found['retrain']}")


def _history(as_json: bool) -> None:
    from ecomintent.adapters import system, watch_record

    looks = watch_record.looks(system.current())
    if as_json:
        print_json([one.to_json() for one in looks])
        return
    print_table(
        [(one.at, one.champion or "-", one.action.value, one.reason) for one in looks],
        ("at", "champion", "action", "why"),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


COMMANDS = (watch,)
