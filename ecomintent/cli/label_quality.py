"""`ecomintent labels agreement | agents | issues | held | release`: whom and what of the labels to believe."""

from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, points, print_json, print_table, warn

if TYPE_CHECKING:
    from ecomintent.data.label_issues import Issue
    from ecomintent.labels.guard import HeldLabel

SHOWN = 20


@click.command()
@as_json
def held(as_json: bool) -> None:
    """Labels that do not train until somebody releases them, and why.

    Held are bulk edits, bursts, and what one agent, customer or macro has too much of (docs/settling.md).

    \b
    Example:
      ecomintent labels held
    """
    from ecomintent.adapters import holding, system

    found = holding.now(system.current())
    if as_json:
        print_json({"held": [_held(one) for one in found.held], "reported": list(found.reported)})
        return
    click.echo(f"{len(found.held)} labels are held, {len(found.trains)} train")
    reasons: dict[tuple[str, str], int] = {}
    for one in found.held:
        reasons[one.rule.value, one.reason] = reasons.get((one.rule.value, one.reason), 0) + 1
    for (rule, reason), count in sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0])):
        click.echo(f"{count} by {rule}: {reason}")
    if found.held:
        rows = [
            (one.correction.ticket_id, one.correction.agent or "-", one.correction.intent, one.rule.value)
            for one in found.held[:SHOWN]
        ]
        print_table(rows, ("ticket", "agent", "intent", "held as"))
    if len(found.held) > SHOWN:
        warn(f"and {len(found.held) - SHOWN} more: --json lists all")
    for sentence in found.reported:
        warn(f"not held: {sentence}")


@click.command()
@click.argument("ticket", required=False)
@click.option("--agent", help="Release every held label of this agent instead of one ticket's.")
@click.option("--by", required=True, help="Who read them: your name.")
@click.option("--reason", required=True, help="Why they may train.")
@as_json
def release(ticket: str | None, agent: str | None, by: str, reason: str, as_json: bool) -> None:
    """Let the held labels of TICKET, or of an agent, train from the next retrain on. Cannot be taken back.

    \b
    Examples:
      ecomintent labels release T-81000 --by "Dana Ortiz" --reason "read, it is a return"
      ecomintent labels release --agent dana --by "Dana Ortiz" --reason "my repair of the careless week"
    """
    from ecomintent.adapters import holding, system

    if (ticket is None) == (agent is None):
        raise click.UsageError("give either TICKET or --agent ID")

    def wanted(one: "HeldLabel") -> bool:
        return one.correction.ticket_id == ticket if agent is None else one.correction.agent == agent

    where = f"ticket {ticket}" if agent is None else f"agent {agent}"
    released = holding.release(system.current(), wanted, by=by, reason=reason, where=where)
    if as_json:
        print_json({"released": released})
    else:
        click.echo(f"released {released}; they train from the next retrain on")


def _held(one: "HeldLabel") -> dict[str, str]:
    told = one.correction
    who = {"ticket_id": told.ticket_id, "agent": told.agent, "intent": told.intent, "created_at": told.created_at}
    return {**who, "rule": one.rule.value, "reason": one.reason, "key": one.key}


@click.command()
@as_json
def agreement(as_json: bool) -> None:
    """How far agents agree on tickets and texts that several of them labelled, and which intents they mix up.

    Labels that follow each other on one ticket were not given blind; docs/settling.md says what that means.

    \b
    Example:
      ecomintent labels agreement
    """
    from dataclasses import asdict

    from ecomintent.adapters import system
    from ecomintent.data.leakage import text_key
    from ecomintent.labels.agreement import measure, votes

    found = measure(votes(system.current().labels.corrections(), text_key))
    if as_json:
        print_json(asdict(found))
        return
    click.echo(f"{found.shared} of {found.units} texts were labelled by two agents or more")
    alpha = "-" if found.alpha is None else f"{found.alpha:.2f}"
    click.echo(f"agreeing pairs {points(found.raw)} %, Krippendorff's alpha {alpha}, on {found.labels} labels")
    if found.confusions:
        rows = [(*one.intents, str(one.pairs)) for one in found.confusions]
        print_table(rows, ("one agent says", "another says", "times"))


@click.command()
@as_json
def agents(as_json: bool) -> None:
    """Per agent: texts labelled, agreement with others, quality, and on how many shared texts both rest.

    Agreement and quality are '-' where nobody else labelled any of them. The last column asks a cheap model that
    learned from other texts' labels and the base corpus.

    \b
    Example:
      ecomintent labels agents
    """
    from dataclasses import asdict

    from ecomintent.adapters import doubtful, system

    found = doubtful.agents(system.current())
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        click.echo("no agent labelled anything yet")
    else:
        rows = [
            (
                one.agent,
                str(one.labels),
                str(one.shared),
                points(one.agreement),
                points(one.quality),
                points(one.model_agrees),
            )
            for one in found
        ]
        print_table(rows, ("agent", "texts", "shared", "agreement %", "quality %", "model agrees %"))


@click.command()
@click.option("--top", type=click.IntRange(min=1), default=SHOWN, show_default=True, help="How many to show.")
@as_json
def issues(top: int, as_json: bool) -> None:
    """Labels that train and are most likely wrong, the most doubtful first.

    Read them before you change one: many are right (docs/settling.md has the measurement).

    \b
    Example:
      ecomintent labels issues --top 50
    """
    from ecomintent.adapters import doubtful, system
    from ecomintent.labels.tables import excerpt

    found = doubtful.issues(system.current())
    if as_json:
        print_json([_issue(one) for one in found[:top]])
        return
    click.echo(f"{len(found)} labels count, {sum(one.flagged for one in found)} of them look wrong to cleanlab")
    rows = [
        (
            one.correction.ticket_id,
            one.correction.agent or "-",
            f"{one.correction.intent} {one.score:.2f}",
            f"{one.suggested} {one.confidence:.2f}",
            excerpt(one.correction.text),
        )
        for one in found[:top]
    ]
    if rows:
        print_table(rows, ("ticket", "agent", "labelled", "more likely", "text"))


def _issue(one: "Issue") -> dict[str, Any]:
    told = one.correction
    who = {"ticket_id": told.ticket_id, "agent": told.agent, "intent": told.intent}
    model = {"score": round(one.score, 6), "suggested": one.suggested, "confidence": round(one.confidence, 6)}
    return {**who, **model, "flagged": one.flagged, "text": told.text}


COMMANDS = (agreement, agents, issues, held, release)
