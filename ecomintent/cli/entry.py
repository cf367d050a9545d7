"""The root command, and the one place where an explained error becomes a line and an exit code."""

import sys

import click

from ecomintent import __version__
from ecomintent.cli import (
    accounts,
    backup,
    bench,
    classify,
    duplicates,
    erase,
    frozen,
    gate,
    keys,
    labels,
    release,
    run,
    score,
    serve,
    simulate,
    sync,
    tables,
    tag,
    taxonomy,
    trust,
    watch,
)
from ecomintent.errors import EcomIntentError

FAULT = 1
"""Exit code when the input is at fault. 2 is a misspelled command line; anything else is a bug of ours."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ecomintent")
def root() -> None:
    """The support-ticket intent model that is retrained every month and released only on evidence.

    \b
    Examples:
      ecomintent samples && ecomintent retrain     try it on the bundled, invented tickets
      ecomintent labels import corrections.csv     bring your own corrections
      ecomintent status                            what serves, what waits, what to do next
      ecomintent classify "where is my parcel"     ask the champion
    """


ROOMS = (
    run,
    release,
    trust,
    sync,
    labels,
    erase,
    frozen,
    tables,
    gate,
    classify,
    score,
    duplicates,
    serve,
    tag,
    keys,
    accounts,
    backup,
    bench,
    simulate,
    watch,
    taxonomy,
)

for command in [each for room in ROOMS for each in room.COMMANDS]:
    root.add_command(command)


def main() -> None:
    """Console entry point."""
    try:
        root.main(standalone_mode=False)
    except EcomIntentError as error:
        click.echo(f"ecomintent: {error}", err=True)
        sys.exit(FAULT)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("ecomintent: stopped", err=True)
        sys.exit(130)
