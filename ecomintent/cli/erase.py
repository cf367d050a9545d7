"""`ecomintent erase` and `ecomintent erased`: a customer asks to be forgotten."""

from dataclasses import asdict

import click

from ecomintent.cli.output import as_json, print_json, print_table, warn
from ecomintent.errors import InputError


@click.command()
@click.option("--source", required=True, help="Where the customer wrote: kind:account as in sources.toml, or file.")
@click.option("--requester", default="", help="The helpdesk's id of the customer.")
@click.option("--ticket", default="", help="Instead: one ticket, where no customer is known (labels from files).")
@click.option("--by", required=True, help="Your name: it is kept with the erasure.")
@as_json
def erase(source: str, requester: str, ticket: str, by: str, as_json: bool) -> None:
    """Forget a customer: delete every event and refused row of theirs, and keep out what later syncs bring.

    Says which models have learned from them and by when none of these may serve; a retrain makes one that has not. What
    DVC has kept of earlier snapshots stays until it is cleared: docs/erasure.md says how, and what else remains.

    \b
    Examples:
      ecomintent erase --source zendesk:acme --requester 7712 --by "Dana Ortiz"
      ecomintent erase --source file --ticket T-70001 --by "Dana Ortiz"
    """
    from ecomintent.adapters import erasing, system

    done = erasing.erase(system.current(), source=source, requester=requester, ticket=ticket, by=by)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"{len(done.tickets)} tickets are erased, and kept out from now on")
    if done.learned:
        click.echo(f"retrain and release by {done.retrain_by}; until then these have learned from them:")
        rows = [
            (
                one.version,
                ", ".join(one.aliases) or "-",
                one.snapshot[:12],
                "?" if one.tickets is None else str(one.tickets),
            )
            for one in done.learned
        ]
        print_table(rows, ("version", "serves as", "snapshot", "of these tickets"))
    if done.frozen:
        warn(f"in the frozen set: {', '.join(done.frozen)}; replace them: ecomintent frozen refresh FILE")
    if not done.tickets:
        raise InputError(
            "nothing of theirs was stored; later syncs are kept out. Is the id the helpdesk's own, the source right?",
            where=f"{source} {requester or ticket}",
        )


@click.command()
@as_json
def erased(as_json: bool) -> None:
    """What was erased, by whom, and by when no model that learned from it may serve.

    \b
    Example:
      ecomintent erased
    """
    from ecomintent.adapters import system

    found = [one for one in system.current().erasure.tombstones() if one.ticket_id]
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        click.echo("nothing was erased")
    else:
        rows = [
            (one.at, f"{one.source}:{one.account}".rstrip(":"), one.ticket_id, one.by, one.retrain_by) for one in found
        ]
        print_table(rows, ("at", "source", "ticket", "by", "retrain by"))


COMMANDS = (erase, erased)
