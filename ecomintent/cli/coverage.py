"""`ecomintent labels coverage`: how complete what came in is, by day and source."""

import click

from ecomintent.cli.output import as_json, print_json, print_table


@click.command()
@click.option("--days", default=31, show_default=True, help="How many of the latest days with events to show.")
@as_json
def coverage(days: int, as_json: bool) -> None:
    """How many events each source told of each day: a day that is missing, or thin, shows.

    Days are those on which something happened in the helpdesk, in UTC, not those of the syncs.

    \b
    Examples:
      ecomintent labels coverage
      ecomintent labels coverage --days 7 --json
    """
    from ecomintent.adapters import system
    from ecomintent.records import EventKind

    found = system.current().labels.coverage()
    shown = sorted({one.day for one in found})[-max(days, 1) :]
    table: dict[tuple[str, str], dict[str, int]] = {}
    for one in found:
        if one.day in shown:
            place = f"{one.source}:{one.account}".rstrip(":")
            table.setdefault((one.day, place), {})[one.kind.value] = one.events
    kinds = [kind.value for kind in EventKind]
    if as_json:
        print_json([{"day": day, "source": place, **counts} for (day, place), counts in table.items()])
    elif not table:
        click.echo("nothing came in yet")
    else:
        rows = [
            (day or "no time", place, *(str(counts.get(kind, 0)) for kind in kinds))
            for (day, place), counts in table.items()
        ]
        print_table(rows, ("day", "source", *kinds))
