"""Caps on what one agent, one customer or one macro may have of the labels of a window."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from ecomintent.labels.guard_labels import Label, Reasons, Rule, grouped, when
from ecomintent.params_labels import LabelsParams

NAMES: Final[Mapping[Rule, Callable[[Label], str]]] = {
    Rule.AGENT_SHARE: lambda label: label.correction.agent,
    Rule.REQUESTER_SHARE: lambda label: label.correction.requester,
    Rule.MACRO_SHARE: lambda label: label.correction.macro,
}
"""Whose share a rule caps; an empty name is nobody's, and counts for the total only."""


def over_share(labels: Sequence[Label], params: LabelsParams) -> tuple[Reasons, set[str]]:
    """The latest labels above a cap; and what is only told, where too few names can be compared.

    Repeated until all three caps hold at once: what one takes away raises the shares of the rest.
    """
    found: Reasons = {}
    while True:
        before, reported = len(found), set()
        for rule in NAMES:
            kept = [label for label in labels if label.position not in found]
            windows = grouped(kept, lambda label: label.window)
            for window, inside in windows.items():
                # With the window before, or whoever comes first in a new one would have nobody beside them.
                names = {NAMES[rule](label) for label in [*inside, *windows.get(window - 1, ())]} - {""}
                taken, told = _capped(inside, rule, len(names), params)
                found |= taken
                reported |= told
        if len(found) == before:
            return found, reported


def _capped(labels: Sequence[Label], rule: Rule, names: int, params: LabelsParams) -> tuple[Reasons, set[str]]:
    """Of one window: the latest labels of each name that has more than `rule` allows, where `names` can be compared."""
    cap = _cap(rule, params)
    named = grouped(labels, NAMES[rule])
    named.pop("", None)
    waiting = {name: [label for label in own if not label.released] for name, own in named.items()}
    counts = [len(own) for own in waiting.values()]
    limit = max(largest(counts, rest=len(labels) - sum(counts), cap=cap), params.share_floor)
    found: Reasons = {}
    reported: set[str] = set()
    for name, own in waiting.items():
        if len(own) <= limit:
            continue
        told = f"{len(own)} of {len(labels)} labels {when(labels[0].window, params)} are of {_who(rule, name)}"
        # Where equal shares would break the cap, nobody is to blame.
        if names < max(params.names_least, math.floor(1 / cap) + 1):
            reported.add(f"{told}; allowed are {float(cap):.0%} (too few to compare)")
            continue
        late = sorted(own, key=lambda label: label.age)[limit:]
        found |= {label.position: (rule, f"{told}; allowed are {float(cap):.0%}: the first {limit}") for label in late}
    return found, reported


def largest(counts: Sequence[int], *, rest: int, cap: Fraction) -> int:
    """The largest number that is at most `cap` of the total, once every count is cut to it and `rest` is added."""

    def too_many(number: int) -> bool:
        # Monotone: the total grows ever more slowly than the number.
        return number > cap * (rest + sum(min(count, number) for count in counts))

    return bisect_left(range(1, max(counts, default=0) + 1), True, key=too_many)


def _cap(rule: Rule, params: LabelsParams) -> Fraction:
    share: float = getattr(params, rule.value)
    # Through the decimal text: 0.2 is a fifth.
    return Fraction(str(share))


def _who(rule: Rule, name: str) -> str:
    if rule is Rule.REQUESTER_SHARE:
        return "one customer"
    return f"{'agent' if rule is Rule.AGENT_SHARE else 'macro'} {name}"
