"""The one line that decided, in words a person outside the team understands."""

from collections.abc import Mapping, Sequence

from ecomintent.gate.outcomes import Decision, IntentVerdict, Outcome, OverallVerdict, Reason, worst_first

SHOWN = 3
"""Undecided intents named in the line; the rest is counted."""


def points(fraction: float) -> str:
    """A signed difference in points: -0.127 -> '-12.7'; never '-0.0'."""
    return f"{round(100 * fraction, 1) + 0.0:+.1f}"


def span(low: float | None, high: float | None) -> str:
    """Bounds in points: '[-12.8, -5.7]'."""
    return "" if low is None or high is None else f"[{points(low)}, {points(high)}]"


def cause(
    decision: Decision,
    intents: Mapping[str, IntentVerdict],
    accuracy: OverallVerdict,
    conflicts: int,
    new: Sequence[str] = (),
    *,
    lost: Sequence[str] = (),
) -> str:
    """Why `decision` came out of one comparison (or of a first release).

    Args:
        new: intents that no earlier model knew.
        lost: intents of an earlier model that were retired, their tickets labelled anew.
    """
    if decision is Decision.BLOCK:
        return _blocked(intents, accuracy)
    if accuracy.reason is Reason.IDENTICAL and not (conflicts or new or lost):
        return f"the candidate answers all {accuracy.n} tickets like the champion"
    passed = sum(intent.verdict is Outcome.PASS for intent in intents.values())
    parts = [f"{passed} of {len(intents)} intents PASS"]
    if accuracy.reason is Reason.NO_CHAMPION:
        parts.insert(0, "first release: there is no champion to compare with")
    if accuracy.delta is not None:
        measured = f"{points(accuracy.delta)} points {span(accuracy.low, accuracy.high)}"
        open_ = accuracy.reason is Reason.UNDECIDED
        parts.append(
            f"accuracy undecided: {measured} (allowed {_allowed(accuracy)})" if open_ else f"accuracy {measured}"
        )
    undecided = [name for name in worst_first(intents) if intents[name].verdict is Outcome.INCONCLUSIVE]
    if undecided:
        named = ", ".join(_wish(name, intents[name]) for name in undecided[:SHOWN])
        more = f" and {len(undecided) - SHOWN} more" if len(undecided) > SHOWN else ""
        parts.append(f"undecided: {named}{more}")
    if new:
        parts.append(f"new, so a person decides: {', '.join(new)}")
    if lost:
        parts.append(f"retired and labelled anew, so a person decides: {', '.join(lost)}")
    if conflicts:
        parts.append(f"{conflicts} near-duplicate tickets carry contradicting labels")
    return "; ".join(parts)


def _blocked(intents: Mapping[str, IntentVerdict], accuracy: OverallVerdict) -> str:
    regressed = [name for name in worst_first(intents) if intents[name].verdict is Outcome.REGRESSED]
    if not regressed:
        return _worse_overall(accuracy)
    line = _regressed(regressed[0], intents[regressed[0]])
    return f"{line}; {len(regressed) - 1} more regressed" if len(regressed) > 1 else line


def _worse_overall(accuracy: OverallVerdict) -> str:
    bounds, delta = span(accuracy.low, accuracy.high), accuracy.delta or 0.0
    if accuracy.reason is Reason.NOT_BETTER:
        return f"accuracy {points(delta)} points {bounds}: not shown to be better than what serves now"
    return f"accuracy lost {-100 * delta:.1f} points {bounds} (allowed {_allowed(accuracy)})"


def _allowed(accuracy: OverallVerdict) -> str:
    return f"{100 * (accuracy.margin or 0.0):.1f}"


def _regressed(name: str, intent: IntentVerdict) -> str:
    guard = intent.recall_guard
    if intent.reason is Reason.COLLAPSED:
        return f"{name} collapsed: not one of its {intent.n} tickets is recognised"
    if intent.reason is Reason.BELOW_FLOOR:
        reached, required = 100 * (intent.f1_candidate or 0), 100 * (intent.floor or 0)
        return f"{name} reaches F1 {reached:.1f} on {intent.n} tickets (required {required:.1f})"
    if intent.reason is Reason.RECALL_LOSS and guard:
        return (
            f"{name} lost {-100 * guard.delta:.1f} recall points {span(guard.low, guard.high)} "
            f"(allowed {100 * guard.allowed:.1f})"
        )
    return (
        f"{name} lost {-100 * (intent.delta or 0):.1f} F1 points {span(intent.low, intent.high)} "
        f"(allowed {100 * (intent.margin or 0):.1f})"
    )


def _wish(name: str, intent: IntentVerdict) -> str:
    return f"{name} (label {intent.to_label} more)" if intent.to_label else f"{name} (too near the allowed loss)"
