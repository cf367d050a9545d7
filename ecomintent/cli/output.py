"""How commands speak: data on stdout (a table for people, JSON for scripts), everything else on stderr."""

import json
from collections.abc import Sequence
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Columns padded to their widest cell."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def points(value: float | None) -> str:
    """A fraction as points with one decimal; a dash where it is undefined."""
    return "-" if value is None else f"{100 * value:.1f}"


def warn(message: str) -> None:
    """One line for people, on stderr."""
    click.echo(message, err=True)
