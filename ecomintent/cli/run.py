"""`ecomintent retrain`, `ecomintent status` and `ecomintent ui`."""

import sys
from typing import Any

import click

from ecomintent.cli.output import as_json, print_json
from ecomintent.release import approval


@click.command()
@as_json
def retrain(as_json: bool) -> None:
    """Turn the corrections so far into a candidate, judge it against the champion, and stop for a person.

    Nothing is promoted. Run again with nothing new, it says so and makes no version. A killed run may simply be
    started again.

    \b
    Example:
      ecomintent retrain
    """
    from ecomintent.adapters import processes, settings

    found = settings.current()
    result = processes.run_flow(found, "flows.retrain", [])
    if as_json:
        print_json(result)
        return
    click.echo(f"\n{result['verdict']}: {result['cause']}")
    if result["seconds"]:
        parts = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in result["seconds"].items())
        click.echo(f"stages: {parts}")
    after = "" if found.services.mlflow_url else "   (after: make ui)"
    for line in [*_data_notes(result), *_next_steps(result, after)]:
        click.echo(line)


def _data_notes(result: dict[str, Any]) -> list[str]:
    page = result["validation_page"]
    return [f"rows left out: {result['left_out']}, warnings: {result['warnings']}, see {page}"] if page else []


def _next_steps(result: dict[str, Any], after: str) -> list[str]:
    version = result["version"]
    if result["verdict"] == "NOTHING_NEW":
        return []
    if result["verdict"] == "BLOCK":
        return [
            f"the champion stays; see why: {result['review_page']} (kept as version {version or '-'}, no candidate)"
        ]
    if not version:
        return ["a person rejected these very weights before; bring new labels, or change params.yaml"]
    return [
        f"candidate version {version} waits for a person",
        f"  look:     {result['review_page']}",
        f"  approve:  {approval.command(version, result['undecided'])}",
        f"  or not:   ecomintent reject {version} --by NAME --reason TEXT",
        f"  run:      {result['run_link']}{after}",
    ]


@click.command()
@as_json
def status(as_json: bool) -> None:
    """What serves, what waits for a person, what the next step is.

    \b
    Example:
      ecomintent status --json
    """
    from ecomintent.adapters import status as statuses
    from ecomintent.adapters import system

    found = statuses.read(system.current())
    if as_json:
        print_json(found)
        return
    for line in statuses.sentences(found):
        click.echo(line)


@click.command()
@click.option("--mlflow-port", default=5000, show_default=True, help="Where MLflow answers, on 127.0.0.1.")
@click.option("--prefect-port", default=4200, show_default=True, help="Where Prefect answers, on 127.0.0.1.")
def ui(mlflow_port: int, prefect_port: int) -> None:
    """Serve the MLflow and Prefect pages of this home on this machine, until Ctrl-C.

    \b
    Example:
      ecomintent ui
    """
    from ecomintent.adapters import pages, system

    sys.exit(pages.serve(system.current().settings, mlflow_port=mlflow_port, prefect_port=prefect_port, say=click.echo))


COMMANDS = (retrain, status, ui)
