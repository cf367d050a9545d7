"""`ecomintent approve`, `reject`, `rollback`, `show`: what a person decides, and what it rests on."""

import click

from ecomintent.cli.output import as_json, points, print_json, print_table

named = click.option("--by", required=True, help="The person who decides.")


@click.command()
@click.argument("version")
@named
@click.option("--reason", default="", help="Why; needed where the verdict is REVIEW.")
def approve(version: str, by: str, reason: str) -> None:
    """Approve VERSION: the gate is asked again against today's champion, then the aliases move.

    Safe to repeat: what a crash left half-done is completed.

    \b
    Example:
      ecomintent approve 2 --by "Dana Ortiz" --reason "EXCHANGE_REQUEST checked by hand"
    """
    from ecomintent.adapters import processes, system
    from ecomintent.release import approval

    running = system.current()
    approval.approve(
        version,
        by=by,
        reason=reason,
        registry=running.registry,
        history=running.history,
        clock=running.clock,
    )
    result = processes.run_flow(running.settings, "flows.promote", [version])
    click.echo(f"version {version} is the champion ({result['verdict']}: {result['cause']})")


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
    from ecomintent.adapters import system
    from ecomintent.release import approval

    running = system.current()
    approval.reject(
        version,
        by=by,
        reason=reason,
        registry=running.registry,
        history=running.history,
        clock=running.clock,
    )
    click.echo(f"version {version} is rejected; the champion stays")


@click.command()
@named
@click.option("--reason", required=True, help="Why the champion is taken back.")
def rollback(by: str, reason: str) -> None:
    """Take the champion back: the previous release serves again.

    \b
    Example:
      ecomintent rollback --by "Dana Ortiz" --reason "cancellations go to the wrong queue since Monday"
    """
    from ecomintent.adapters import processes, system
    from ecomintent.release import promotion

    running = system.current()
    with processes.only_one(running.settings.home, "promote"):
        back, now = promotion.rollback(
            by=by,
            reason=reason,
            registry=running.registry,
            history=running.history,
            clock=running.clock,
        )
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
    click.echo(f"page: {running.evidence.folder(found.weights) / 'review.html'}")


COMMANDS = (approve, reject, rollback, show)
