"""`ecomintent release` and `ecomintent history`: is a release what was approved, what it is, and who decided what."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn
from ecomintent.errors import InputError, ReleaseError
from ecomintent.records import ReleaseEvent


@click.group()
def release() -> None:
    """What was released: check it against its signed passport, or write it out with a model card.

    \b
    Examples:
      ecomintent release verify champion
      ecomintent release export hub/
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


@release.command(name="hand-over")
@as_json
def hand_over(as_json: bool) -> None:
    """Lay out champion, previous and candidate where `ecomintent serve` reads them, as the registry has them now.

    Promotion, rollback and retrain do so themselves; this is for homes from before, and for what somebody deleted.

    \b
    Example:
      ecomintent release hand-over
    """
    from ecomintent.adapters import handing_over, system

    told = handing_over.hand_over(system.current())
    if as_json:
        print_json(told)
        return
    named = {name: (told.get(name) or {}).get("version", "none") for name in ("champion", "previous", "candidate")}
    click.echo("handed over: " + ", ".join(f"{name} {version}" for name, version in named.items()))


@release.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--release", default="champion", show_default=True, help="champion, candidate, previous or a version.")
@click.option("--unreleased", is_flag=True, help="Export a version that was never released; its card says so.")
@click.option("--licence", default="other", metavar="ID", help="The licence you give the weights, such as apache-2.0.")
@as_json
def export(*, folder: Path, release: str, unreleased: bool, licence: str, as_json: bool) -> None:
    """Write the folder one would push to a model hub: weights, model card, passport, licence note.

    The passport is verified first. DIR is new, empty, or an earlier export that nobody touched: that one is replaced.

    \b
    Examples:
      ecomintent release export hub/ --licence apache-2.0
      ecomintent release export trial/ --release candidate --unreleased --json
    """
    from ecomintent.adapters import exporting, system
    from ecomintent.adapters.releases import version_of

    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", licence):
        raise InputError(f"{licence!r} is no licence identifier; write it as apache-2.0", where="--licence")
    running = system.current()
    version = version_of(running, release)
    if unreleased:
        warn(f"version {version} is exported without a look at its passport: for a trial only")
    manifest = exporting.export(running, version, folder, unreleased=unreleased, licence=licence)
    if as_json:
        print_json({"folder": str(folder.resolve()), **manifest})
        return
    click.echo(
        f"version {version} exported into {folder}: {len(manifest['files'])} files; card: {folder / 'README.md'}"
    )
    if licence == "other":
        warn(f"no licence was chosen: read {folder / 'LICENCE.md'} before you publish")


@click.command()
@click.option("--at", help="Only say which version was champion then: a time (UTC unless it says) or a day's end.")
@as_json
def history(at: str | None, as_json: bool) -> None:
    """Every decision about a release, oldest first, with who and why. Exits 1 where somebody changed the record.

    What the watch found is told by `ecomintent watch --history`, and by --json here.

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
        told = [event for event in events if event.event != "watched"]
        rows = [(event.at, event.event, event.version, event.by, event.reason) for event in told]
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
