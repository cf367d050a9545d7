"""Labels that came too fast to have been read: bulk edits, and hours fuller than those of the other agents."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from ecomintent.labels.guard_labels import Label, Reasons, Rule, grouped, when
from ecomintent.params_labels import LabelsParams

HOUR: Final = 3_600


def bulk_edits(labels: Sequence[Label], params: LabelsParams) -> Reasons:
    """Many tickets that one agent put under one intent within seconds, however few agents there are."""
    found: Reasons = {}
    timed = [label for label in labels if label.timed]
    acts = grouped(timed, lambda label: (label.correction.agent, label.correction.intent))
    for (agent, intent), own in acts.items():
        for run in runs(own, span=params.bulk_seconds, enough=params.bulk_tickets):
            reason = (
                f"agent {agent} put {_tickets(run)} tickets under {intent} in one go, "
                f"at least {params.bulk_tickets} within any {params.bulk_seconds} seconds of it"
            )
            found |= {label.position: (Rule.BULK_EDIT, reason) for label in run}
    return found


def bursts(labels: Sequence[Label], params: LabelsParams) -> tuple[Reasons, set[str]]:
    """Labels in hours too full for their agent; and what is only told, where too few agents can be compared."""
    found: Reasons = {}
    reported: set[str] = set()
    windows = grouped([label for label in labels if label.timed], lambda label: label.window)
    full = {window: _fullest_hours(inside) for window, inside in windows.items()}
    for window, inside in windows.items():
        # With the window before, or an agent who comes first in a new one would have nobody to be compared with.
        peaks = _larger(full[window], full.get(window - 1, {}))
        for agent, own in grouped(inside, lambda label: label.correction.agent).items():
            others = [peak for other, peak in peaks.items() if other != agent]
            usual = math.floor(params.burst_factor * median(others)) if others else 0
            allowed = max(params.burst_per_hour, usual)
            if full[window][agent] <= allowed:
                continue
            told = f"agent {agent} labelled {full[window][agent]} tickets within an hour, allowed are {allowed}"
            if len(peaks) < params.names_least:
                reported.add(f"{told} ({when(window, params)}; too few agents to compare)")
                continue
            for run in runs(own, span=HOUR, enough=allowed + 1):
                found |= {label.position: (Rule.BURST, told) for label in run}
    return found, reported


def _fullest_hours(labels: Sequence[Label]) -> dict[str, int]:
    """Agent -> tickets of the fullest hour."""
    by_agent = grouped(labels, lambda label: label.correction.agent)
    return {agent: max(tickets for *_, tickets in _spans(_aged(own), HOUR)) for agent, own in by_agent.items()}


def _larger(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {*one, *other}}


def runs(labels: Sequence[Label], *, span: float, enough: int) -> list[list[Label]]:
    """Stretches in which some `span` seconds around each label hold at least `enough` tickets; overlaps joined."""
    ordered = _aged(labels)
    found: list[list[int]] = []
    for start, end, tickets in _spans(ordered, span):
        if tickets < enough:
            continue
        if found and start <= found[-1][1]:
            found[-1][1] = end
        else:
            found.append([start, end])
    return [ordered[start : end + 1] for start, end in found]


def _spans(ordered: Sequence[Label], span: float) -> Iterator[tuple[int, int, int]]:
    """(first, last, tickets) of the longest stretch of at most `span` seconds that ends with each label."""
    inside: Counter[str] = Counter()
    start = 0
    for end, label in enumerate(ordered):
        inside[label.correction.ticket_id] += 1
        while label.moment - ordered[start].moment > span:
            left = ordered[start].correction.ticket_id
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            start += 1
        yield start, end, len(inside)


def _aged(labels: Sequence[Label]) -> list[Label]:
    return sorted(labels, key=lambda label: label.age)


def _tickets(run: Sequence[Label]) -> int:
    return len({label.correction.ticket_id for label in run})
