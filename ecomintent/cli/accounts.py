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
      ecomintent accounts list
    """


@accounts.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")
def add(name: str, password_stdin: bool) -> None:
    """Let NAME sign in with a password that is asked for here; again, it gives them another one.

    Only a scrypt digest of it is kept. Another password ends every session of before.

    \b
    Examples:
      ecomintent accounts add dana
      ecomintent accounts add dana --password-stdin < /run/secrets/dana
    """
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    new = _stored().put(name, password)
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
        print_json([{"name": account.name, "since": account.created_at} for account in known])
    elif not known:
        click.echo("nobody yet; ecomintent accounts add NAME")
    else:
        print_table([(account.name, account.created_at) for account in known], ("name", "since"))


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
