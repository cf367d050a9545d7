"""What a person decides about a release, and what that rests on: approve, reject, rollback, anchor, show."""

import json
from collections.abc import Sequence
from typing import Any

import click

from ecomintent.cli.output import as_json, points, print_json, print_table
from ecomintent.taxonomy import require

named = click.option("--by", required=True, help="The person who decides.")


@click.command()
@click.argument("version")
@named
@click.option("--reason", default="", help="Why; needed where the verdict is REVIEW or BLOCK.")
@click.option(
    "--intent", "waived", multiple=True, metavar="INTENT=REASON", help="Why an undecided intent may be released."
)
@click.option("--override", is_flag=True, help="Release it although the gate says BLOCK; needs --second.")
@click.option("--second", default="", help="With --override: the other person who agrees.")
def approve(*, version: str, by: str, reason: str, waived: tuple[str, ...], override: bool, second: str) -> None:
    """Approve VERSION: the gate is asked again against today's champion, then the aliases move.

    Where the verdict is REVIEW, every undecided intent needs a reason of its own. Safe to repeat: what a crash left
    half-done is completed.

    \b
    Examples:
      ecomintent approve 2 --by "Dana Ortiz" --reason "errors read"
      ecomintent approve 2 --by "Dana Ortiz" --reason "errors read" --intent EXCHANGE_REQUEST="12 new tickets read"
      ecomintent approve 2 --by "Dana Ortiz" --override --second "Eoin Walsh" --reason "two frozen labels are wrong"
    """
    if override != bool(second.strip()):
        raise click.UsageError("--override and --second NAME go together")
    answer = {"decision": "approve", "undecided": _waivers(waived), "second_person": second}
    click.echo(_decided(answer | {"version": version, "by": by, "reason": reason}))


@click.command()
@click.argument("version")
@named
@click.option("--reason", required=True, help="Why not, for the next person who asks.")
def reject(version: str, by: str, reason: str) -> None:
    """Say no to VERSION; the champion stays.

    \b
    Example:
      ecomintent reject 2 --by "Dana Ortiz" --reason "too many refund tickets read as returns"
    """
    click.echo(_decided({"decision": "reject", "version": version, "by": by, "reason": reason}))


def _decided(answer: dict[str, Any]) -> str:
    from ecomintent.adapters import processes, settings

    said: str = processes.run_flow(settings.current(), "flows.decide", [json.dumps(answer)])["says"]
    return said


def _waivers(waived: Sequence[str]) -> dict[str, str]:
    from ecomintent.adapters import settings

    settings.current()  # the intents in force are those of the home
    found = {}
    for each in waived:
        name, equals, why = each.partition("=")
        if not equals or not why.strip():
            raise click.UsageError(f'--intent {each!r}: write INTENT=REASON, such as WISMO="12 tickets read"')
        found[require(name.strip().upper(), where="--intent")] = why.strip()
    return found


@click.command()
def decisions() -> None:
    """Take up decisions left on the status page or as tags on MLflow's, end what waited too long, promote the approved.

    A server beside which MLflow is not installed keeps its page's decisions for this; run it there where it is, often.

    On the candidate's page in MLflow set the tags approved_by, approval_reason (and approval_reason.INTENT for each
    undecided intent), and approval = approved. To say no: rejected_by, approval_reason, approval = rejected.

    \b
    Example:
      ecomintent decisions
    """
    from ecomintent.adapters import processes, settings

    found = processes.run_flow(settings.current(), "flows.promote", [])
    click.echo(f"champion: {found['champion'] or 'none yet'}; waits for a person: {found['candidate'] or 'nothing'}")


@click.command()
@named
@click.option("--reason", required=True, help="Why today's champion is good enough to be measured against.")
def anchor(by: str, reason: str) -> None:
    """Make today's champion the anchor, the fixed reference that keeps small losses from adding up.

    Only where every intent PASSes against the anchor so far. The first release becomes the anchor by itself.

    \b
    Example:
      ecomintent anchor --by "Dana Ortiz" --reason "a year of gains, all intents PASS against version 1"
    """
    from ecomintent.adapters import releases, system
    from ecomintent.gate.verdict import Verdict
    from ecomintent.release import anchor as anchors
    from ecomintent.release.approval import existing

    running = system.current()
    version = releases.version_of(running, "champion")
    verdict = Verdict.from_json(running.evidence.verdict(existing(version, running.registry).weights))
    ports: dict[str, Any] = {"registry": running.registry, "history": running.history, "clock": running.clock}
    before = anchors.move(version, by=by, reason=reason, verdict=verdict, **ports)
    click.echo(f"version {version} is the anchor" + (f"; it was version {before}" if before != version else " already"))


@click.command()
@named
@click.option("--reason", required=True, help="Why the champion is taken back.")
def rollback(by: str, reason: str) -> None:
    """Take the champion back: the previous release serves again.

    \b
    Example:
      ecomintent rollback --by "Dana Ortiz" --reason "cancellations go to the wrong queue since Monday"
    """
    from ecomintent.adapters import promoting, system

    back, now = promoting.roll_back(system.current(), by=by, reason=reason)
    click.echo(f"version {now} is the champion again; version {back} is kept as previous")


@click.command()
@click.argument("release", default="candidate")
@as_json
def show(release: str, as_json: bool) -> None:
    """The verdict on RELEASE (candidate, champion, previous or a version), intent by intent.

    \b
    Example:
      ecomintent show 2
    """
    from ecomintent.adapters import system
    from ecomintent.adapters.releases import version_of
    from ecomintent.gate import trust
    from ecomintent.gate.rehearsal import Rehearsal

    running = system.current()
    version = version_of(running, release)
    found = running.registry.version(version)
    if found is None:
        return
    verdict = running.evidence.verdict(found.weights)
    if as_json:
        print_json({"version": version, "tags": found.tags, "verdict": verdict})
        return
    click.echo(f"version {version}: {found.tags.get('verdict')}: {found.tags.get('verdict_cause')}")
    print_table(
        [
            (
                name,
                str(judged["n"]),
                points(judged.get("f1_champion")),
                points(judged.get("f1_candidate")),
                f"[{points(judged.get('low'))}, {points(judged.get('high'))}]",
                judged["verdict"],
                judged["reason"],
            )
            for name, judged in verdict.get("intents", {}).items()
        ],
        ("intent", "n", "F1 champion", "F1 candidate", "change, 90 % interval", "verdict", "reason"),
    )
    if verdict.get("rehearsal"):
        tested = Rehearsal.from_json(verdict["rehearsal"])
        click.echo(f"the gate, tested: {trust.summary(tested)}")
        for line in trust.worth_reading(trust.saboteurs(tested)):
            click.echo(f"  {line.outcome}: {line.what}; {line.says}")
    click.echo(f"page: {running.evidence.folder(found.weights) / 'review.html'}")


COMMANDS = (approve, reject, decisions, rollback, anchor, show)
