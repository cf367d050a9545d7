"""What the `frozen` commands print."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecomintent.cli.output import print_json, print_table, warn

if TYPE_CHECKING:
    from ecomintent.adapters.frozen_queue import Queued
    from ecomintent.adapters.frozen_set import Changed

SHOWN: Final = 5
"""Names of copies that are printed; JSON has all."""


def tell(done: "Changed", as_json: bool) -> None:
    """What `frozen add` or `frozen refresh` did."""
    change = done.change
    for warning in done.warnings:
        warn(warning)
    counts = {
        "entered": len(change.entered),
        "relabelled": len(change.relabelled),
        "retired": len(change.retired),
        "known": change.known,
        "unlabelled": done.unlabelled,
        "copies": done.copies,
    }
    if as_json:
        print_json({"digest": done.sealed.digest, "rows": done.sealed.rows, **counts, "warnings": list(done.warnings)})
        return
    told = "sealed" if change.fresh else "stays as it is"
    click.echo(f"frozen set {done.sealed.short} {told}: {done.sealed.rows} tickets")
    click.echo(", ".join(f"{number} {name}" for name, number in counts.items() if name != "copies"))
    if done.copies:
        click.echo(f"{done.copies} corrections and corpus rows copy a ticket that entered; training leaves them out")


def copies(what: str, names: list[str]) -> None:
    """How many of `what` copy a frozen ticket, and the first names."""
    if names:
        click.echo(f"{len(names)} {what} copy a frozen ticket; they are removed before training")
    for name in names[:SHOWN]:
        click.echo(f"  {name}")


def standing(found: dict[str, Any]) -> None:
    """`frozen status` for people."""
    click.echo(f"frozen set {found['digest'][:12]}: {found['rows']} tickets from {found['origin']}")
    rows = [(name, str(count), str(found["independent"][name])) for name, count in found["intents"].items()]
    print_table(rows, ("intent", "tickets", "independent"))
    provenance = ", ".join(f"{name} {count}" for name, count in found["provenance"].items())
    click.echo(f"provenance: {provenance}; {found['folded']} near-duplicates folded")
    due = "; refresh due: ecomintent frozen refresh FILE" if found["refresh_due"] else ""
    click.echo(f"candidates judged: {found['runs']} of {found['runs_allowed']} since {found['since'] or '-'}{due}")
    for version in found["versions"]:
        told = f"{version['rows']} tickets, {version['fresh']} fresh, {version['retired']} retired"
        click.echo(f"  {version['at']} {version['action']} by {version['by']}: {version['frozen_set'][:12]}, {told}")


def queued(found: "Queued", output: Path, as_json: bool) -> None:
    """How many tickets of which kind were queued, and why."""
    draw = found.draw
    if as_json:
        drawn = {"by_intent": draw.by_intent, "at_random": draw.at_random, "left_out": draw.left_out} if draw else None
        told = {"tickets": found.tickets, "anew": found.anew, "discordant": found.discordant, "skipped": found.skipped}
        print_json({**told, "wanted": found.wanted, "drawn": drawn})
        return
    click.echo(f"{found.tickets} tickets to label in {output}; then: ecomintent frozen add {output}")
    because = f" ({found.skipped})" if found.skipped else ""
    if found.anew:
        click.echo(f"  {found.anew} that left the set when their intent was split or retired")
    click.echo(f"  {found.discordant} of the frozen set, where champion and candidate differ{because}")
    if draw:
        for intent, needed in found.wanted.items():
            click.echo(f"  {draw.by_intent[intent]} that may be {intent}, of which {needed} are needed")
        click.echo(f"  {draw.at_random} at random from the rest, for what both models miss")
        for reason, number in draw.left_out.items():
            click.echo(f"  left out: {number} {reason}")
