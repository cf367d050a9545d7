"""What the review page says in sentences: why an intent got its answer, and what to do next."""

from ecomintent.gate.cause import span
from ecomintent.gate.outcomes import Decision, IntentVerdict, Outcome, Reason, worst_first
from ecomintent.gate.verdict import Verdict


def reason(intent: IntentVerdict) -> str:
    """One sentence (no full stop) that explains the intent's answer."""
    guard = intent.recall_guard
    recall = f"recall {span(guard.low, guard.high)}, allowed {-100 * guard.allowed:.1f}" if guard else ""
    return {
        Reason.IDENTICAL: "the same answers on every ticket",
        Reason.WITHIN_MARGIN: "more than the allowed loss is ruled out",
        Reason.SMALL_LOSS: "a small loss is likely; more than the allowed loss is ruled out",
        Reason.UNDECIDED: f"more than the allowed loss is neither shown nor ruled out; {_wanted(intent)}",
        Reason.RECALL_UNDECIDED: f"F1 is fine, but a miss is costly here and {recall}; {_wanted(intent)}",
        Reason.ABSENT: f"no frozen ticket has this label; {_wanted(intent)}",
        Reason.TOO_SMALL: f"too few tickets for an answer; {_wanted(intent)}",
        Reason.LOSS: "a loss is shown, and more than the allowed loss fits the tickets",
        Reason.RECALL_LOSS: f"a loss of recall is shown where a miss is costly: {recall}",
        Reason.COLLAPSED: "not one ticket is recognised",
        Reason.ABOVE_FLOOR: "reaches the F1 required of a first release",
        Reason.BELOW_FLOOR: "misses the F1 required of a first release",
        Reason.NO_CHAMPION: "there is nothing to compare with",
        Reason.NOT_BETTER: "not shown to be better than what serves now",
    }[intent.reason]


def next_steps(verdict: Verdict) -> list[str]:
    """What the reader does now, in order."""
    if not verdict.intents:
        return [
            "What serves today keeps serving. Nothing was compared, so this page holds no numbers.",
            "Mend what the line above names, then run the gate again.",
        ]
    if verdict.overall is Decision.BLOCK:
        return _after_block(verdict)
    if verdict.overall is Decision.REVIEW:
        return _after_review(verdict)
    return [
        "A named person approves this version. The gate then runs once more, against the champion of that day.",
        "Skim the newly wrong tickets first: the numbers do not say how much a single miss annoys.",
    ]


def _after_block(verdict: Verdict) -> list[str]:
    anchor = verdict.against_anchor.intents if verdict.against_anchor else {}
    hurt = dict.fromkeys(
        name
        for table in (verdict.intents, anchor)
        for name in worst_first(table)
        if table[name].verdict is Outcome.REGRESSED
    )
    steps = [
        "What serves today keeps serving. No single person can approve this version; two named people together may "
        "override the gate (`ecomintent approve --override`), and both names stay with the release."
    ]
    if verdict.has_champion:
        steps.append(
            "Have the newly wrong tickets labelled again by someone who sees neither model's answer: "
            "a wrong frozen label can block a good candidate."
        )
    where = f" for {', '.join(hurt)}" if hurt else ""
    collect = f"ollect confirmed corrections{where}, then retrain."
    steps.append(f"Where the loss is real, c{collect}" if verdict.has_champion else f"C{collect}")
    return steps


def _after_review(verdict: Verdict) -> list[str]:
    steps = ["A named person decides, with a written reason. Without an answer nothing changes."]
    if verdict.undecided:
        steps.append(f"To approve, sign off every undecided intent by name: {', '.join(verdict.undecided)}.")
    wanted = [
        f"{intent.to_label} more {name}"
        for name, intent in verdict.intents.items()
        if name in verdict.undecided and intent.to_label
    ]
    if wanted:
        steps.append(
            f"Or pay the label bill and let the gate decide: {', '.join(wanted)}. `ecomintent frozen queue` writes the "
            "tickets to label, without predictions; `ecomintent frozen add` takes them back; then retrain again."
        )
    if verdict.accuracy and verdict.accuracy.reason is Reason.UNDECIDED:
        steps.append("Accuracy over all tickets is undecided too; more frozen tickets of any intent narrow it.")
    if verdict.conflicts:
        steps.append("Settle the contradicting labels named under Warnings; until then nothing can be promoted unseen.")
    if not verdict.has_champion:
        steps.append("On approval this version becomes the champion and the anchor for later ones.")
    return steps


def _wanted(intent: IntentVerdict) -> str:
    if intent.tickets_needed is None:
        return "with so little allowed to be lost, no number of tickets decides"
    if not intent.to_label:
        return "more tickets would hardly help, the measured loss lies too near the allowed one"
    return f"about {intent.tickets_needed} tickets needed, label {intent.to_label} more"
