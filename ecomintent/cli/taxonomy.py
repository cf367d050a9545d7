"""`ecomintent taxonomy`: which intents there are, and changing them without losing a label or a comparison."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, print_json, print_table

if TYPE_CHECKING:
    from ecomintent.adapters.taxonomy_plan import Moved, Plan

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("taxonomy")
def taxonomy_commands() -> None:
    """The intents: show them, plan a rename, merge, split or retirement, and put it in force.

    \b
    Example:
      ecomintent taxonomy plan change.toml
    """


@taxonomy_commands.command()
@as_json
def show(as_json: bool) -> None:
    """The intents in force, and how every earlier name reads today.

    \b
    Example:
      ecomintent taxonomy show
    """
    from ecomintent import taxonomy
    from ecomintent.adapters import system

    running = system.current()
    known = taxonomy.chain()
    earlier = {name: known.reads_as(name) for name in known.known if name not in known.last.ids}
    waiting = len(running.labels.waiting())
    if as_json:
        intents = {intent.name: intent.description for intent in known.last.intents}
        print_json({"version": known.last.number, "intents": intents, "earlier": earlier, "waiting": waiting})
        return
    click.echo(f"taxonomy {known.last.number}: {len(known.last.names)} intents")
    print_table([(one.name, one.description) for one in known.last.intents], ("intent", "what it means"))
    for name, targets in earlier.items():
        click.echo(f"{name} reads as {' or '.join(targets) or 'nothing'}")
    if waiting:
        click.echo(f"{waiting} labelled tickets wait to be labelled anew: ecomintent labels queue --out FILE")


@taxonomy_commands.command()
@click.argument("file", type=FILE)
@as_json
def plan(file: Path, as_json: bool) -> None:
    """What the change in FILE (TOML) would do to labels, frozen set, settings and gate. Changes nothing.

    \b
    Example:
      ecomintent taxonomy plan change.toml
    """
    from ecomintent.adapters import system, taxonomy_plan

    found = taxonomy_plan.plan(system.current(), file)
    if as_json:
        print_json(_plain(found))
        return
    _tell(found)
    if found.blockers:
        for blocker in found.blockers:
            click.echo(f"stops it: {blocker}")
    elif not found.done:
        click.echo(f'nothing was changed; ecomintent taxonomy apply {file} --by "NAME" --reason "WHY"')


@taxonomy_commands.command()
@click.argument("file", type=FILE)
@click.option("--by", required=True, help="The person who decides.")
@click.option("--reason", required=True, help="Why the intents change, for the next person who asks.")
@as_json
def apply(file: Path, by: str, reason: str, as_json: bool) -> None:
    """Put the change in FILE in force. Done twice, it is done once; stopped half way, doing it again completes it.

    Stored labels stay as they were said and are read by the new names. The champion keeps answering with its own names
    until a release of the new ones is promoted.

    \b
    Example:
      ecomintent taxonomy apply change.toml --by "Dana Ortiz" --reason "returns and exchanges are one team now"
    """
    from ecomintent.adapters import system, taxonomy_apply

    done = taxonomy_apply.apply(system.current(), file, by=by, reason=reason)
    number = done.plan.after.last.number
    if as_json:
        moved = {"frozen_read": done.frozen, "frozen_left": done.frozen_left, "new": done.new}
        print_json(_plain(done.plan) | moved)
        return
    if not done.new:
        click.echo(f"taxonomy {number} was in force already")
        return
    _tell(done.plan)
    click.echo(
        f"taxonomy {number} is in force: {done.frozen} frozen labels were read anew, {done.frozen_left} frozen tickets "
        "left the set"
    )
    if any(one.waiting for one in done.plan.moved):
        click.echo("labels to give anew: ecomintent labels queue --out FILE")
    if done.frozen_left:
        click.echo("frozen tickets to label anew, blind: ecomintent frozen queue FILE")
    click.echo("next: ecomintent retrain, then approve; restart `ecomintent serve` so that it knows both sets of names")


def _plain(found: "Plan") -> dict[str, Any]:
    return {
        "version": found.after.last.number,
        "in_force": found.done,
        "intents": list(found.after.last.names),
        "operations": [
            {
                "kind": one.step.kind,
                "old": one.step.old,
                "new": one.step.new,
                "labels": one.labels,
                "waiting": one.waiting,
                "frozen": one.frozen,
                "frozen_leaving": one.frozen_leaving,
            }
            for one in found.moved
        ],
        "entries": [{"file": one.file, "key": one.key, "write": one.write} for one in found.entries],
        "gate": {"one_to_one": found.one_to_one, "merged": found.merged, "new": found.needed},
        "blockers": list(found.blockers),
    }


def _tell(found: "Plan") -> None:
    click.echo(f"taxonomy {found.before.last.number} -> {found.after.last.number}: {', '.join(found.after.last.names)}")
    print_table([_row(one) for one in found.moved], ("change", "labels by rule", "to label anew", "frozen", "leaving"))
    for entry in found.entries:
        click.echo(f"{entry.file}: {entry.key}: {entry.write}")
    compared = [new if new == old else f"{new} (the champion's {old})" for new, old in found.one_to_one.items()]
    click.echo(f"gate, one to one: {', '.join(compared)}")
    for new, old in found.merged.items():
        click.echo(f"gate, together: {new} is compared with the champion's {' and '.join(old)} as one")
    for name, tickets in found.needed.items():
        click.echo(f"gate, new: {name} is held to the floor, on at least {tickets} frozen tickets labelled by a person")


def _row(one: "Moved") -> tuple[str, ...]:
    change = f"{one.step.kind} {', '.join(one.step.old)} -> {', '.join(one.step.new) or 'nothing'}"
    return change, *map(str, (one.labels, one.waiting, one.frozen, one.frozen_leaving))


COMMANDS = (taxonomy_commands,)
