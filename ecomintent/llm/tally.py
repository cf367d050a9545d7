"""Answers of a large language model -> the same Report a release gets, and what they cost in time and money."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ecomintent.evaluation import Report, evaluate
from ecomintent.llm.answers import Asked
from ecomintent.records import Sealed

MILLION: Final = 1_000_000
SHOWN: Final = 5
"""Unreadable answers that are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one million tokens cost, as somebody read it somewhere."""

    per_million_in: float
    per_million_out: float
    currency: str
    source: str
    """Where it was read, or that it was given with the command."""
    date: str
    """When, YYYY-MM-DD; empty where it was given with the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Tokens times price."""

    total: float
    per_1000_tickets: float
    arithmetic: str
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One model's answers to one sealed set of tickets."""

    report: Report
    unparseable: int
    """Answers without one readable intent; each counts as wrong. Tickets a content filter kept back are among them."""
    refused: int
    """Tickets a content filter kept back."""
    unreadable: tuple[str, ...]
    """The first words of the first few unreadable answers."""
    p50_ms: float
    p95_ms: float
    concurrency: tuple[int, ...]
    """How many tickets were asked at a time; several numbers where runs differed."""
    tokens_in: int
    tokens_out: int
    counted: int
    """Answers that came with a count of tokens."""


def tally(labels: Mapping[str, str], asked: Mapping[str, Asked], sealed: Sealed) -> Tally:
    """Score every ticket of `labels` (id -> intent) by its answer.

    Raises:
        KeyError: a ticket has no answer.
    """
    answers = [asked[name] for name in labels]
    seconds = [each.seconds for each in answers]
    lost = [each for each in answers if each.intent is None]
    counted = [each for each in answers if each.tokens_in is not None and each.tokens_out is not None]
    return Tally(
        report=evaluate(list(labels.values()), [each.intent for each in answers], sealed),
        unparseable=len(lost),
        refused=sum(each.refused for each in lost),
        unreadable=tuple(each.answer for each in lost if not each.refused)[:SHOWN],
        p50_ms=1000 * percentile(seconds, 50),
        p95_ms=1000 * percentile(seconds, 95),
        concurrency=tuple(sorted({each.concurrency for each in answers})),
        tokens_in=sum(each.tokens_in or 0 for each in counted),
        tokens_out=sum(each.tokens_out or 0 for each in counted),
        counted=len(counted),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least `percent` % of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]


def cost(found: Tally, price: Price) -> Cost | None:
    """Tokens times price, over the answers whose tokens were counted; None where there is none."""
    if not found.counted:
        return None
    total = (found.tokens_in * price.per_million_in + found.tokens_out * price.per_million_out) / MILLION
    each = 1000 * total / found.counted
    uncounted = found.report.frozen_set.rows - found.counted
    return Cost(
        total=total,
        per_1000_tickets=each,
        arithmetic=(
            f"{found.tokens_in:,} tokens in x {price.per_million_in:g} / 1,000,000 + "
            f"{found.tokens_out:,} tokens out x {price.per_million_out:g} / 1,000,000 = {total:.4f} {price.currency}; "
            f"x 1,000 / {found.counted:,} tickets = {each:.4f} {price.currency} per 1,000 tickets"
            + (f"; {uncounted:,} answers came without a count of tokens and are not in it" if uncounted else "")
        ),
        price=price,
    )
