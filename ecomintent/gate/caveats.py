"""What a person should know beside the verdict: one sentence each, ticket ids at most, never texts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ecomintent.gate.cause import span
from ecomintent.gate.outcomes import Comparison, IntentVerdict, Reason
from ecomintent.gate.preconditions import Answers, Votes, unknown
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.records import Provenance

ASSISTED: Final = frozenset({"model-assisted", Provenance.UNCHANGED, Provenance.RULE, Provenance.BOT, Provenance.OWN})
"""Labels a machine proposed: where the champion did, they favour it."""

BLIND: Final = "blind"
"""Provenance of a frozen label that was given without sight of a model's answer."""

LISTED: Final = 10
"""Ticket ids named in one sentence; the rest is counted."""


def of_tickets(frozen: Sequence[FrozenTicket], votes: Votes) -> Iterator[str]:
    """About the frozen set itself."""
    folded = len(frozen) - len(votes.tickets)
    if folded:
        yield f"{folded} of {len(frozen)} tickets repeat another one and have no vote of their own"
    if votes.conflicts:
        named = ", ".join(votes.conflicts[:LISTED])
        rest = len(votes.conflicts) - LISTED
        more = f" and {rest} more" if rest > 0 else ""
        yield f"near-duplicates with contradicting labels, to be settled before any PROMOTE: {named}{more}"
    provenances = Counter([ticket.provenance for ticket in frozen])
    assisted = sum(provenances[name] for name in ASSISTED)
    if assisted:
        yield (
            f"{assisted} of {len(frozen)} frozen labels were proposed by a machine; where the champion proposed "
            "them, 2 in 100 are enough to block good candidates: have them labelled blind"
        )


def of_answers(answers: Mapping[str, Answers | None], intents: Sequence[str]) -> Iterator[str]:
    """About the reference models' answers."""
    for role in ("champion", "anchor"):
        invalid = unknown(answers[role] or {}, intents)
        if invalid:
            yield f"the {role} gave no valid intent on {invalid} tickets; they count as wrong"


def of_comparison(found: Comparison, role: str) -> Iterator[str]:
    """About the outcome against one reference."""
    if found.accuracy.reason is Reason.IDENTICAL:
        yield (
            f"the candidate never differs from the {role} here; elsewhere it may still differ on up to "
            f"{min(100.0, 300 / found.accuracy.n):.1f} % of tickets"
        )
    for name, intent in found.intents.items():
        if intent.reason is Reason.SMALL_LOSS:
            bounds = span(intent.low, intent.high)
            yield f"{name} lost a little against the {role}, significantly but within what is allowed {bounds}"


def of_absence(intents: Mapping[str, IntentVerdict]) -> Iterator[str]:
    """About intents the frozen set cannot speak for."""
    absent = [name for name, intent in intents.items() if intent.n == 0]
    if absent:
        yield f"no frozen tickets for {', '.join(absent)}: nothing is known about them"
