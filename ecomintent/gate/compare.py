"""The candidate against one reference model: an answer per intent and one on accuracy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ecomintent.errors import InputError
from ecomintent.gate.counts import Codes, Counts, joint, paired_counts, totals
from ecomintent.gate.outcomes import Comparison, IntentVerdict, LossTest, Outcome, Reason
from ecomintent.gate.rules import judge_accuracy, judge_intent, loss_tests
from ecomintent.gate.statistics import Flips, tickets_needed, wilson
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES


def compare(
    labels_n: Codes,
    reference_n: Codes,
    candidate_n: Codes,
    params: GateParams,
    intents: Sequence[str] = NAMES,
    *,
    new: Collection[str] = (),
) -> Comparison:
    """Judge the candidate against one reference.

    Args:
        labels_n, reference_n, candidate_n: (n,) positions in `intents`; k for an answer of the reference that is
            no intent, which counts as wrong.
        new: as for `compare_counts`.
    """
    return compare_counts(joint(labels_n, reference_n, candidate_n, len(intents)), params, intents, new=new)


def compare_counts(
    joint_kkk: Codes, params: GateParams, names: Sequence[str] = NAMES, *, new: Collection[str] = ()
) -> Comparison:
    """The same, from the table that `joint` made.

    Args:
        new: intents the reference cannot know: they are left out, and so are their tickets from accuracy.
    """
    known = [index for index, name in enumerate(names) if name not in new]
    counts = {names[index]: paired_counts(joint_kkk, index) for index in known}
    if not any(c.n for c in counts.values()):
        raise InputError("every ticket has a new intent; leave out those that were known", where="label map: new")
    tests = _ask(counts, params)
    n = int(joint_kkk.sum())
    differing = n - int(joint_kkk.diagonal(axis1=1, axis2=2).sum())
    intents = {}
    for index in known:
        name = names[index]
        f1, guard = tests.get(("f1", name)), tests.get(("recall", name))
        answer = judge_intent(counts[name], f1, guard, params, identical=differing == 0)
        needed = _needed(name, counts, params) if answer[0] is Outcome.INCONCLUSIVE else None
        alone = describe(counts[name], answer, alpha=params.alpha_pass, needed=needed)
        beside = _beside(alone, counts[name], f1, params.margin_of(name))
        intents[name] = replace(beside, recall_guard=guard, lost_to=_lost_to(joint_kkk, index, names))
    accuracy = judge_accuracy(totals(joint_kkk, known), params, identical=differing == 0)
    return Comparison(intents=intents, accuracy=accuracy, churn=differing / n)


def describe(
    counts: Counts, answer: tuple[Outcome, Reason], *, alpha: float, needed: int | None, floor: float | None = None
) -> IntentVerdict:
    """The record of one intent as far as the candidate alone gives it; the champion's side stays empty."""
    n, hits, called = counts.n, counts.hits_candidate, counts.called_candidate
    recall_low, recall_high = wilson(hits, n, alpha) if n else (None, None)
    return IntentVerdict(
        n=n,
        f1_champion=None,
        f1_candidate=_share(2 * hits, n + called) if n else None,
        recall_champion=None,
        recall_candidate=_share(hits, n),
        recall_low=recall_low,
        recall_high=recall_high,
        precision_champion=None,
        precision_candidate=_share(hits, called),
        delta=None,
        low=None,
        high=None,
        margin=None,
        floor=floor,
        p=None,
        p_adjusted=None,
        lost=counts.lost,
        gained=counts.gained,
        new_false=counts.new_false,
        removed_false=counts.removed_false,
        lost_to={},
        recall_guard=None,
        verdict=answer[0],
        reason=answer[1],
        tickets_needed=needed,
    )


def _beside(alone: IntentVerdict, counts: Counts, f1: LossTest | None, margin: float) -> IntentVerdict:
    """`alone` with the champion's side filled in."""
    n, hits, called = counts.n, counts.hits_champion, counts.called_champion
    return replace(
        alone,
        f1_champion=_share(2 * hits, n + called) if n else None,
        recall_champion=_share(hits, n),
        precision_champion=_share(hits, called),
        delta=f1.delta if f1 else None,
        low=f1.low if f1 else None,
        high=f1.high if f1 else None,
        margin=margin,
        p=f1.p if f1 else None,
        p_adjusted=f1.p_adjusted if f1 else None,
    )


def _ask(counts: Mapping[str, Counts], params: GateParams) -> dict[tuple[str, str], LossTest]:
    present = {name: c for name, c in counts.items() if c.n}
    f1 = {("f1", name): (Flips.of_f1(c), params.margin_of(name)) for name, c in present.items()}
    recall = {
        ("recall", name): (Flips.of_share(c.lost, c.gained, c.n), params.recall_guard)
        for name, c in present.items()
        if params.is_costly(name)
    }
    return loss_tests(f1 | recall, params.alpha_pass)


def _needed(name: str, counts: Mapping[str, Counts], params: GateParams) -> int | None:
    """Tickets for a decision, from the larger of the intent's own and the whole set's rate of flips."""
    n, total = counts[name].n, sum(c.n for c in counts.values())
    own = Flips.of_f1(counts[name]) if n else None
    rate = sum(Flips.of_f1(c).square for c in counts.values() if c.n) / total
    recall_rate = sum(c.lost + c.gained for c in counts.values()) / total
    # Of an intent without tickets F1 is taken to move as where every call is right: D = 2n.
    size = own.size / n if own else 2.0
    plans = [tickets_needed(max(rate, own.square / n if own else 0.0), size, params.margin_of(name), params.alpha_pass)]
    if params.is_costly(name):
        recall_rate = max(recall_rate, (counts[name].lost + counts[name].gained) / n if n else 0.0)
        plans.append(tickets_needed(recall_rate, 1.0, params.recall_guard, params.alpha_pass))
    known = [plan for plan in plans if plan is not None]
    return max(params.min_n_pass, *known) if len(known) == len(plans) else None


def _lost_to(joint_kkk: Codes, intent: int, names: Sequence[str]) -> dict[str, int]:
    counts = {other: int(joint_kkk[intent, intent, index]) for index, other in enumerate(names) if index != intent}
    return {other: count for other, count in counts.items() if count}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
