"""`ecomintent bench`: how fast, how good and at what cost, measured on tickets that are named."""

import click

from ecomintent.cli import bench_latency, bench_llm


@click.group()
def bench() -> None:
    """Measure, on this machine and on tickets that are named.

    \b
    Example:
      ecomintent bench latency
      ecomintent bench llm --endpoint https://HOST/v1 --model NAME --dry-run
    """


bench.add_command(bench_latency.latency)
bench.add_command(bench_llm.llm)

COMMANDS = (bench,)
