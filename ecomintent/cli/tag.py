"""`ecomintent tag`: intents written on the tickets that wait, and what could not be written."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.adapters.tag_queue import TagQueue

SHOWN = 50


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Tag everything that is due now, then end.")
@as_json
@click.pass_context
def tag(context: click.Context, *, once: bool, as_json: bool) -> None:
    """Tickets whose intent is written into the helpdesk: how many wait, are done, are dead.

    `ecomintent serve` takes their events and tags them while it runs; --once does the tagging without it, for
    instance from cron. docs/tagging.md says how accounts are set up.

    \b
    Examples:
      ecomintent tag
      ecomintent tag --once
      ecomintent tag dead
    """
    if context.invoked_subcommand:
        return
    if once:
        _once()
    told = _queue().counts()
    if as_json:
        print_json(told)
    elif not told:
        click.echo("no ticket was ever queued; docs/tagging.md says how a helpdesk sends its events")
    else:
        rows = [(account, how, str(number)) for account, hows in told.items() for how, number in hows.items()]
        print_table(rows, ("account", "state", "tickets"))


@tag.command()
@click.option("--most", default=SHOWN, show_default=True, type=click.IntRange(1), help="Letters to show.")
@as_json
def dead(*, most: int, as_json: bool) -> None:
    """Dead letters: tickets that were given up, each with the reason, the newest first.

    \b
    Example:
      ecomintent tag dead --json
    """
    letters = _queue().dead(most)
    if as_json:
        print_json([_told(letter) for letter in letters])
    elif not letters:
        click.echo("no dead letters")
    else:
        header = ("account", "ticket", "since", "attempts", "reason")
        rows = [(x.account, x.ticket, _time(x.died_at), str(x.attempts), x.reason) for x in letters]
        print_table(rows, header)


@tag.command()
@click.argument("account")
@click.argument("tickets", nargs=-1)
def repeat(*, account: str, tickets: tuple[str, ...]) -> None:
    """Let the dead letters of ACCOUNT wait again, or the TICKETS named, whatever became of them.

    A ticket that was tagged is read and decided anew: our old intent gives way to today's, anybody else's stands.

    \b
    Examples:
      ecomintent tag repeat acme-zendesk
      ecomintent tag repeat acme-zendesk 4711 4712
    """
    import time

    queue = _queue()
    if not tickets:
        click.echo(f"{queue.repeat_dead(account, time.time())} dead letters of {account} wait again")
        return
    unknown = [ticket for ticket in tickets if not queue.repeat(account, ticket, time.time())]
    click.echo(f"{len(tickets) - len(unknown)} tickets of {account} wait again")
    if unknown:
        raise InputError(
            f"no event ever came about {', '.join(unknown)}; ecomintent tag lists the accounts", where=account
        )


def _once() -> None:
    import time

    from ecomintent.adapters import settings
    from ecomintent.cli import serve, tagging
    from ecomintent.tagging.pace import drain

    found = settings.current()
    service, _ = serve.whole(found, loopback=True)
    parts = tagging.build(found, service)
    if not parts.accounts:
        raise InputError(
            "names no account, so there is nothing to tag; see docs/tagging.md", where=str(found.tagging_file)
        )
    with parts.queue.hold():
        service.watcher.look()
        service.picks.start()
        try:
            for account in parts.accounts:
                drain(account, parts.queue, time.time)
                if account.problem:
                    warn(f"{account.name} is paused: {account.problem}")
        finally:
            service.picks.stop()


def _queue() -> "TagQueue":
    from ecomintent.adapters import settings
    from ecomintent.adapters.tag_queue import TagQueue

    return TagQueue(settings.current().home)


def _told(letter: Any) -> dict[str, Any]:
    return {
        "account": letter.account,
        "ticket": letter.ticket,
        "since": _time(letter.died_at),
        "attempts": letter.attempts,
        "reason": letter.reason,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


COMMANDS = (tag,)
