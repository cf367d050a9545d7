"""The command line of `infra/local-stack`."""

import json
import os
import sys
from pathlib import Path

import click
import filelock

from ecomintent.errors import EcomIntentError
from infra.local_stack import commands, databases, state
from infra.local_stack.programs import ROOT

FOLDER = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=ROOT / ".stack",
    show_default=".stack in the checkout",
    help="Ports, secrets, logs, objects and homes of this stack.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def root() -> None:
    """PostgreSQL's databases, an S3 double, MLflow, Prefect, two workers and the API on this machine alone.

    \b
    Examples:
      infra/local-stack up
      infra/local-stack status --json
      infra/local-stack down
    """


@root.command()
@FOLDER
@click.option("--postgres", default=state.POSTGRES, show_default=True, help="A server in which databases can be made.")
@click.option("--prefix", default="ecomintent", show_default=True, help="What the databases' names begin with.")
@click.option("--free-ports", is_flag=True, help="Ports that nobody uses, instead of 9000, 5000, 4200 and 8080.")
def up(folder: Path, postgres: str, prefix: str, free_ports: bool) -> None:
    """Start what is not running, and say where each page is. What a stack was made with stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    with _only_one(folder):
        stack = state.make(folder, postgres=postgres, prefix=prefix, free_ports=free_ports)
        started = commands.up(stack, lambda line: click.echo(line, err=True))
    click.echo("everything runs" if started else "everything ran already")
    secret = stack.folder / "secrets"
    click.echo(f"MLflow   {stack.url('mlflow')}/#/models?workflowType=machine_learning")
    click.echo(
        f"         sign in as approver (decides) or admin; passwords: {secret}/mlflow-approver, .../mlflow-admin"
    )
    click.echo(f"Prefect  {stack.url('prefect')}/dashboard   (password, user:password in one: {secret}/prefect-auth)")
    click.echo(f"API      {stack.url('api')}/docs")
    click.echo(f"next:    . {stack.folder}/environment, then ecomintent samples, ecomintent retrain; docs/stack.md")


@root.command()
@FOLDER
@click.option("--erase", is_flag=True, help="Remove the stack's databases too, with all labels and versions in them.")
def down(folder: Path, erase: bool) -> None:
    """Stop this stack's services and nothing else."""
    stack = state.load(folder.resolve())
    with _only_one(stack.folder):
        stopped = commands.down(stack)
        if erase:
            databases.drop(stack)
    click.echo(f"stopped {', '.join(stopped)}" if stopped else "nothing ran")


@root.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def status(folder: Path, as_json: bool) -> None:
    """What runs and answers; exit code 1 where something does not."""
    told = commands.status(state.load(folder.resolve()))
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        for each in told:
            word = "answers" if each["answers"] else "runs, no answer" if each["runs"] else "down"
            click.echo(f"{each['service']:11} {word:16} {each['url'] or each['log']}")
    sys.exit(0 if all(each["answers"] for each in told) else 1)


@root.command()
@FOLDER
@click.argument("service")
def logs(folder: Path, service: str) -> None:
    """Follow the log of a service, until Ctrl-C."""
    path = state.load(folder.resolve()).log(service)
    if not path.is_file():
        raise EcomIntentError(f"{service} has no log; infra/local-stack status names the services")
    os.execvp("tail", ["tail", "-n", "100", "-f", str(path)])


def _only_one(folder: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise EcomIntentError(f"another command works on {folder}; wait for it") from error
    return lock


def main() -> None:
    """Explained errors are one line and exit code 1."""
    try:
        root.main(standalone_mode=False, prog_name="infra/local-stack")
    except EcomIntentError as error:
        click.echo(f"local-stack: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    main()
