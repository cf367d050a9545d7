"""`ecomintent bench llm`: what a large language model makes of the tickets a release is judged on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, points, print_json, print_table, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.adapters.llm_bench import Plan
    from ecomintent.adapters.settings import Settings
    from ecomintent.llm.tally import Cost, Price, Tally

FILE = click.Path(path_type=Path)


@click.command("llm")
@click.option("--endpoint", required=True, metavar="URL", help="Root of an OpenAI-compatible API: https://HOST/v1.")
@click.option("--model", required=True, metavar="NAME", help="The model, as the endpoint calls it.")
@click.option("--shots", type=click.Choice(["0", "5"]), default="0", show_default=True, help="Examples in the prompt.")
@click.option("--seed", type=int, help="Draws the examples.  [default: params.yaml: train.seed]")
@click.option("--frozen", type=FILE, help="Labelled tickets.  [default: the home's frozen set, else the invented one]")
@click.option("--out", type=FILE, help="JSONL file that keeps the answers; a run that was stopped goes on from it.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Tickets at a time.")
@click.option("--timeout", type=click.FloatRange(1), default=60.0, show_default=True, help="Seconds, of an attempt.")
@click.option("--extra", metavar="JSON", help='Members of every request: {"max_tokens": 20}; null takes one away.')
@click.option("--prices", type=FILE, help="Price file.  [default: infra/llm-prices.toml]")
@click.option("--price-in", type=float, help="Of a million tokens of the prompt; beats --prices.")
@click.option("--price-out", type=float, help="Of a million tokens of the answer.")
@click.option("--currency", default="USD", show_default=True, help="Of --price-in and --price-out.")
@click.option("--dry-run", is_flag=True, help="Show one prompt and the number of requests; send nothing.")
@as_json
def llm(
    *,
    endpoint: str,
    model: str,
    shots: str,
    seed: int | None,
    frozen: Path | None,
    out: Path | None,
    concurrency: int,
    timeout: float,
    extra: str | None,
    prices: Path | None,
    price_in: float | None,
    price_out: float | None,
    currency: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask a large language model for the intents of labelled tickets, and score it as a release is scored.

    Texts leave this machine redacted, as they are stored. The variable ECOMINTENT_LLM_KEY holds the key. An answer that
    names no intent counts as wrong. Every answer is kept in --out as it comes, so none is paid for twice.

    \b
    Examples:
      ecomintent bench llm --endpoint http://localhost:8000/v1 --model NAME --dry-run
      ecomintent bench llm --endpoint https://HOST/v1 --model NAME --shots 5 --out answers.jsonl --json
    """
    from ecomintent.adapters import llm_bench, system
    from ecomintent.progress import on_terminal

    if out is None and not dry_run:
        raise click.UsageError("give --out FILE to keep the answers in, or --dry-run")
    running = system.current()
    price = _price(running.settings, model, prices=prices, amounts=(price_in, price_out), currency=currency)
    planned = llm_bench.plan(
        running, endpoint=endpoint, model=model, shots=int(shots), seed=seed, frozen=frozen, extra=_members(extra)
    )
    if out is None or dry_run:
        _foretell(planned, as_json)
        return
    warn(f"{len(planned.rows)} tickets of {planned.origin} go to {planned.endpoint}, redacted")
    found = llm_bench.measure(planned, out, concurrency=concurrency, timeout=timeout, track=on_terminal)
    _tell(planned, found, price, as_json)


def _members(extra: str | None) -> dict[str, Any]:
    try:
        found = json.loads(extra) if extra else {}
    except ValueError as error:
        raise InputError(f"not JSON ({error})", where="--extra") from error
    if not isinstance(found, dict) or {"model", "messages"} & set(found) or found.get("stream"):
        raise InputError("a JSON object without model, messages and stream is needed", where="--extra")
    return found


def _price(
    settings: "Settings",
    model: str,
    *,
    prices: Path | None,
    amounts: tuple[float | None, float | None],
    currency: str,
) -> "Price | None":
    from ecomintent.adapters.llm_prices import SHIPPED, amount, price_of
    from ecomintent.llm.tally import Price

    of_in, of_out = amounts
    if (of_in is None) != (of_out is None):
        raise click.UsageError("--price-in and --price-out come together")
    if of_in is None:
        return price_of(model, prices or settings.project / SHIPPED)
    return Price(
        per_million_in=amount(of_in, where="--price-in"),
        per_million_out=amount(of_out, where="--price-out"),
        currency=currency,
        source="the command line",
        date="",
    )


def _foretell(planned: "Plan", as_json: bool) -> None:
    messages = planned.messages(planned.rows[0].text)
    if as_json:
        print_json({**planned.run(), "requests": len(planned.rows), "origin": planned.origin, "messages": messages})
        return
    for message in messages:
        click.echo(f"[{message['role']}]\n{message['content']}\n")
    click.echo(
        f"{len(planned.rows)} such requests would go to {planned.model} at {planned.endpoint}, one for each ticket of "
        f"{planned.origin}; nothing was sent"
    )


def _tell(planned: "Plan", found: "Tally", price: "Price | None", as_json: bool) -> None:
    from ecomintent.llm.tally import cost

    spent = cost(found, price) if price else None
    if as_json:
        print_json(_json(planned, found, spent))
        return
    report = found.report
    click.echo(
        f"{planned.model} at {planned.endpoint}, {len(planned.examples)}-shot, "
        f"{report.frozen_set.rows} tickets of {planned.origin}, {report.frozen_set.short}"
    )
    click.echo(f"macro-F1 {points(report.macro_f1)}, accuracy {points(report.accuracy)}")
    kept_back = f", {found.refused} of them kept back by a content filter" if found.refused else ""
    click.echo(f"{found.unparseable} answers without a readable intent, counted as wrong{kept_back}")
    rows = [
        (name, str(one.n), points(one.precision), points(one.recall), points(one.f1))
        for name, one in report.intents.items()
    ]
    print_table(rows, ("intent", "n", "precision", "recall", "F1"))
    at_a_time = " or ".join(map(str, found.concurrency))
    click.echo(f"latency P50 {found.p50_ms:.0f} ms, P95 {found.p95_ms:.0f} ms, {at_a_time} at a time, waits left out")
    click.echo(
        f"tokens: {found.tokens_in:,} in, {found.tokens_out:,} out, "
        f"as counted by the endpoint in {found.counted} of {report.frozen_set.rows} answers"
    )
    click.echo(f"cost: {_told(planned, spent, price)}")
    for answer in found.unreadable:
        warn(f"no intent in: {answer!r}")


def _told(planned: "Plan", spent: "Cost | None", price: "Price | None") -> str:
    if price is None:
        return f"not known: no price of {planned.model}; give --price-in and --price-out, or an entry in --prices"
    if spent is None:
        return "not known: the endpoint counts no tokens"
    read = f", {spent.price.date}" if spent.price.date else ""
    return f"{spent.arithmetic} (price: {spent.price.source}{read})"


def _json(planned: "Plan", found: "Tally", spent: "Cost | None") -> dict[str, Any]:
    return {
        **planned.run(),
        "seed": planned.seed,
        "origin": planned.origin,
        "report": found.report.to_json(),
        "unparseable": found.unparseable,
        "refused": found.refused,
        "unreadable": list(found.unreadable),
        "latency_ms": {"p50": found.p50_ms, "p95": found.p95_ms, "concurrency": list(found.concurrency)},
        "tokens": {"in": found.tokens_in, "out": found.tokens_out, "counted": found.counted},
        "cost": asdict(spent) if spent else None,
    }
