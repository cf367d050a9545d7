"""`ecomintent release verify` and `ecomintent history`: is a release what was approved, and who decided what."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time

import click

from ecomintent.cli.output import as_json, print_json, print_table
from ecomintent.errors import InputError, ReleaseError
from ecomintent.records import ReleaseEvent


@click.group()
def release() -> None:
    """What was released: check it against its signed passport.

    \b
    Example:
      ecomintent release verify champion
    """


@release.command()
@click.argument("release", default="champion")
@as_json
def verify(release: str, as_json: bool) -> None:
    """Check RELEASE (champion, previous or a version; default: champion) against its signed passport.

    Every part is looked at: passport, weights, verdict, review page, frozen set, approval, history. Exits 1 where one
    is at fault. Changes nothing.

    \b
    Examples:
      ecomintent release verify
      ecomintent release verify 2 --json
    """
    from ecomintent.adapters import system
    from ecomintent.adapters.examination import examine
    from ecomintent.adapters.releases import version_of

    running = system.current()
    version = version_of(running, release)
    findings = examine(running, version)
    faulty = [found.part for found in findings if not found.ok]
    if as_json:
        print_json({"version": version, "ok": not faulty, "parts": [asdict(found) for found in findings]})
    else:
        for found in findings:
            click.echo(f"{'ok' if found.ok else 'FAULT':<5}  {found.part:<11}  {found.says}")
    if faulty:
        raise ReleaseError(f"version {version} is not what was released: {', '.join(faulty)}")


@click.command()
@click.option("--at", help="Only say which version was champion then: a time (UTC unless it says) or a day's end.")
@as_json
def history(at: str | None, as_json: bool) -> None:
    """Every decision about a release, oldest first, with who and why. Exits 1 where somebody changed the record.

    \b
    Examples:
      ecomintent history
      ecomintent history --at 2026-11-21
      ecomintent history --at 2026-11-21T12:00 --json
    """
    from ecomintent.adapters import system

    moment = _moment(at) if at else None
    running = system.current()
    events = running.history.events()
    if moment:
        _print_champion(events, moment, as_json)
    elif as_json:
        print_json([asdict(event) for event in events])
    else:
        rows = [(event.at, event.event, event.version, event.by, event.reason) for event in events]
        print_table(rows, ("at", "event", "version", "by", "reason"))
    broken = running.history.breaks()
    if broken:
        raise ReleaseError(f"the history was changed at {len(broken)} places; first: {broken[0]}")


def _print_champion(events: Sequence[ReleaseEvent], moment: datetime, as_json: bool) -> None:
    from ecomintent.release.timeline import champion_at

    made = champion_at(events, moment)
    shown = moment.isoformat(timespec="seconds")
    if as_json:
        print_json({"at": shown, "champion": asdict(made) if made else None})
    elif made is None:
        click.echo(f"at {shown} the champion was none")
    else:
        click.echo(f"at {shown} the champion was version {made.version}, since {made.at}, {made.event} by {made.by}")


def _moment(given: str) -> datetime:
    """A time with its zone; a date stands for its last second in UTC."""
    try:
        if len(given) == len("2026-11-21"):
            return datetime.combine(date.fromisoformat(given), time(23, 59, 59), UTC)
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise InputError(f"{given!r} is no time; write 2026-11-21 or 2026-11-21T12:00", where="--at") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


COMMANDS = (release, history)
