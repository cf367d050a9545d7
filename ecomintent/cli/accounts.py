"""`ecomintent accounts`: who may sign in at the server's pages."""

import sys
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json, print_table

if TYPE_CHECKING:
    from ecomintent.adapters.accounts import StoredAccounts


@click.group()
def accounts() -> None:
    """Accounts of this home's corrections and status pages. The server obeys at once.

    \b
    Examples:
      ecomintent accounts add dana
      ecomintent accounts approver dana
      ecomintent accounts list
    """


@accounts.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")
@click.option("--approver", is_flag=True, help="They may also approve and reject releases at the status page.")
def add(*, name: str, password_stdin: bool, approver: bool) -> None:
    """Let NAME sign in with a password that is asked for here; again, it gives them another one.

    Only a scrypt digest of it is kept. Another password ends every session of before.

    \b
    Examples:
      ecomintent accounts add dana
      ecomintent accounts add eoin --approver
      ecomintent accounts add dana --password-stdin < /run/secrets/dana
    """
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    new = _stored().put(name, password)
    if approver:
        _stored().let_approve(name.strip(), may=True)
    click.echo(f"{name.strip()} may sign in" if new else f"{name.strip()} has another password; old sessions ended")


@accounts.command(name="list")
@as_json
def listed(as_json: bool) -> None:
    """Everybody who may sign in.

    \b
    Example:
      ecomintent accounts list --json
    """
    known = _stored().all()
    if as_json:
        told = [{"name": one.name, "since": one.created_at, "approver": one.approver} for one in known]
        print_json(told)
    elif not known:
        click.echo("nobody yet; ecomintent accounts add NAME")
    else:
        rows = [(one.name, one.created_at, "yes" if one.approver else "-") for one in known]
        print_table(rows, ("name", "since", "may approve"))


@accounts.command()
@click.argument("name")
@click.option("--not", "ends", is_flag=True, help="Take the right away.")
def approver(name: str, ends: bool) -> None:
    """Let NAME approve and reject releases at the status page; every other account only reads there.

    \b
    Examples:
      ecomintent accounts approver dana
      ecomintent accounts approver dana --not
    """
    _stored().let_approve(name, may=not ends)
    click.echo(f"{name} may {'not decide about releases any more' if ends else 'approve and reject releases'}")


@accounts.command()
@click.argument("name")
def remove(name: str) -> None:
    """End the account NAME and its sessions, at once. What was labelled under it stays.

    \b
    Example:
      ecomintent accounts remove dana
    """
    _stored().remove(name)
    click.echo(f"{name} may not sign in any more")


def _stored() -> "StoredAccounts":
    from ecomintent.adapters import settings
    from ecomintent.adapters.accounts import StoredAccounts
    from ecomintent.adapters.clock import SystemClock
    from ecomintent.adapters.labelling_database import LabellingDatabase

    return StoredAccounts(LabellingDatabase(settings.current().home), SystemClock())


COMMANDS = (accounts,)
