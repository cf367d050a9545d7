"""`ecomintent keys`: who may ask the server."""

from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn
from ecomintent.served import ApiKey, Scope

if TYPE_CHECKING:
    from ecomintent.adapters.api_keys import StoredKeys

PER_MINUTE = 6_000


@click.group()
def keys() -> None:
    """API keys of this home's server: made, listed, revoked. The server obeys at once.

    \b
    Examples:
      ecomintent keys create "helpdesk" --scope classify
      ecomintent keys list
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=("classify",),
    show_default=True,
    help="What it is for; repeat it for several.",
)
@click.option(
    "--per-minute", default=PER_MINUTE, show_default=True, help="Tickets it may send a minute; 0 for no limit."
)
@as_json
def create(*, name: str, scopes: tuple[str, ...], per_minute: int, as_json: bool) -> None:
    """Make a key for NAME and show it, this once: only a digest is kept.

    From the first key on the server answers nobody without one.

    \b
    Examples:
      ecomintent keys create helpdesk
      ecomintent keys create "status page" --scope admin --per-minute 60
    """
    sent, key = _stored().create(name, [Scope(scope) for scope in scopes], per_minute)
    if as_json:
        print_json({"key": sent, **_told(key)})
        return
    click.echo(sent)
    warn(
        f"key {key.id} for {key.name}: {', '.join(sorted(key.scopes))}. It is shown this once; keep it in a safe place"
    )


@keys.command(name="list")
@as_json
def listed(as_json: bool) -> None:
    """Every key that was made, revoked ones included; no key itself.

    \b
    Example:
      ecomintent keys list --json
    """
    known = list(_stored().all().values())
    if as_json:
        print_json([_told(key) for key in known])
    elif not known:
        click.echo("no keys; the server answers this machine alone, without keys (ecomintent keys create NAME)")
    else:
        header = ("id", "name", "scopes", "per minute", "made", "revoked")
        print_table([tuple(str(value) for value in _cells(key)) for key in known], header)


@keys.command()
@click.argument("identity", metavar="ID")
def revoke(identity: str) -> None:
    """Take the right of key ID away, at once and for good.

    \b
    Example:
      ecomintent keys revoke 3f9c0a51b2d4
    """
    key = _stored().revoke(identity)
    click.echo(f"key {key.id} for {key.name} is revoked since {key.revoked_at}")


def _stored() -> "StoredKeys":
    from ecomintent.adapters import settings
    from ecomintent.adapters.api_keys import StoredKeys
    from ecomintent.adapters.clock import SystemClock
    from ecomintent.adapters.serving_database import ServingDatabase

    return StoredKeys(ServingDatabase(settings.current().home), SystemClock())


def _cells(key: ApiKey) -> tuple[Any, ...]:
    return key.id, key.name, ",".join(sorted(key.scopes)), key.per_minute or "no limit", key.created_at, key.revoked_at


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "per_minute": key.per_minute,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }


COMMANDS = (keys,)
