"""What must hold before any statistics: well-shaped input, else it raises; sound evidence, else BLOCK."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from ecomintent.errors import InputError, ParamsError
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES, require

Answers = Mapping[str, str | None]
"""Ticket id -> intent; None where a model gave no answer."""

MOST_INTENTS: Final = 200
"""Larger label sets are refused: the table of counts grows with the cube of their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """The frozen set after near-duplicates were folded into one vote."""

    tickets: tuple[FrozenTicket, ...]
    """One per group, its first by id; ordered by id."""
    conflicts: tuple[str, ...]
    """Ids of tickets whose group carries different labels, ordered."""


def voice(ticket: FrozenTicket) -> str:
    """Whose vote the ticket belongs to: its group's, or its own."""
    # No group's name starts with NUL, so a ticket without one never joins one.
    return ticket.group or f"\0{ticket.id}"


def fold(frozen: Sequence[FrozenTicket]) -> Votes:
    """One vote per near-duplicate group. Source: docs/gate.md 9.3, step 1."""
    first: dict[str, FrozenTicket] = {}
    torn: set[str] = set()
    for ticket in sorted(frozen, key=attrgetter("id")):
        key = ticket.group or f"\0{ticket.id}"  # `voice`, without ten thousand calls
        known = first.get(key)
        if known is None:
            first[key] = ticket
        elif known.label != ticket.label:
            torn.add(ticket.group)
    conflicts = sorted(ticket.id for ticket in frozen if ticket.group in torn) if torn else []
    return Votes(tickets=tuple(first.values()), conflicts=tuple(conflicts))


def unknown(given: Answers, intents: Sequence[str]) -> int:
    """Answers that are none of `intents`."""
    known = frozenset(intents)
    return sum(count for intent, count in Counter(given.values()).items() if intent not in known)


def check_input(
    frozen: Sequence[FrozenTicket],
    answers: Mapping[str, Answers | None],
    params: GateParams,
    intents: Sequence[str] = NAMES,
) -> None:
    """Refuse input that no verdict can be given on.

    Args:
        answers: role (candidate, champion, anchor, incumbent) -> its answers; None where there is no such model.
    Raises:
        InputError: no tickets, a frozen label outside `intents`, an id twice, a model with more or fewer answers
            than tickets, an anchor without a champion, an incumbent process beside one.
        TaxonomyError: the same, where `intents` are the nine.
        ParamsError: an alpha_pass that gives no interval.
    """
    if not frozen:
        raise InputError("it holds no tickets; import labelled tickets first", where="frozen set")
    if len({ticket.id for ticket in frozen}) < len(frozen):
        often = Counter(ticket.id for ticket in frozen)
        twice = min(name for name, count in often.items() if count > 1)
        raise InputError(f"ticket id {twice!r} appears more than once; give every ticket its own", where="frozen set")
    _check_labels(frozen, intents)
    for role, given in answers.items():
        if given is not None and len(given) != len(frozen):
            raise InputError(
                f"{len(given)} answers for {len(frozen)} frozen tickets; score every ticket once",
                where=f"answers of the {role}",
            )
    if answers["champion"] is None and answers["anchor"] is not None:
        raise InputError("there is one, but no champion; give both or neither", where="anchor")
    if answers["champion"] is not None and answers["incumbent"] is not None:
        raise InputError("it only counts where there is no champion; leave it out", where="incumbent")
    if not 0 < params.alpha_pass < 0.5:
        raise ParamsError(f"{params.alpha_pass}; it must lie between 0 and 0.5", where="params.yaml: gate.alpha_pass")


def _check_labels(frozen: Sequence[FrozenTicket], intents: Sequence[str]) -> None:
    if not 0 < len(set(intents)) == len(intents) <= MOST_INTENTS:
        raise InputError(f"{len(intents)} of them; give 1 to {MOST_INTENTS} different ones", where="intents")
    for label in sorted({ticket.label for ticket in frozen}.difference(intents)):
        if tuple(intents) == NAMES:
            require(label, where="frozen set")
        raise InputError(f"{label!r} is not in the label set; allowed are {', '.join(intents)}", where="frozen set")


def refusal(
    frozen: Sequence[FrozenTicket],
    answers: Mapping[str, Answers | None],
    *,
    sealed: str,
    scored: str,
    leaked: Collection[str],
    intents: Sequence[str] = NAMES,
) -> str | None:
    """Why this evidence may not be judged, as one line; None where it may. Source: docs/gate.md 9.1, 9.6.

    Args:
        answers: as for `check_input`.
        sealed, scored: digest the frozen set was sealed under, and of the set the models answered.
        leaked: ids of frozen tickets that lie among the candidate's training rows.
    """
    if sealed != scored:
        return f"the models answered frozen set {scored[:12] or '?'}, but the sealed one is {sealed[:12] or '?'}"
    if leaked:
        return f"{len(leaked)} of {len(frozen)} frozen tickets lie in the candidate's training rows"
    ids = {ticket.id for ticket in frozen}
    for role, given in answers.items():
        if given is not None and given.keys() != ids:
            return f"the {role} was scored on other tickets than the frozen set holds"
    candidate = answers["candidate"] or {}
    unanswered = unknown(candidate, intents)
    if unanswered:
        return f"the candidate gave no valid intent on {unanswered} of {len(frozen)} frozen tickets"
    for role in ("champion", "anchor"):
        given = answers.get(role)
        if given is not None and unknown(given, intents) == len(given):
            return f"the {role} could not be scored on this frozen set: none of its answers is an intent"
    return None
