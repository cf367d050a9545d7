"""The gate's own test: it must stop every candidate that was spoilt on purpose, or nothing is promoted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ecomintent.gate.compare import compare_counts
from ecomintent.gate.counts import Codes, Counts, paired_counts, totals
from ecomintent.gate.doctored import Original
from ecomintent.gate.judge import judge as the_gate
from ecomintent.gate.outcomes import Decision, Outcome
from ecomintent.gate.preconditions import Answers, check_input, fold, voice
from ecomintent.gate.rehearsal import Rehearsal, Saboteur
from ecomintent.gate.verdict import FrozenTicket, Verdict
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES

Judge = Callable[..., Verdict]
"""Called like `judge`: (frozen, candidate, champion, anchor, params, intents=...)."""

FACTORS: Final = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
LARGEST: Final = 40_000
"""Tickets up to which a repeated set is tried."""

BLATANT: Final = 0.05
"""Loss of F1 or accuracy (0-1) beyond which a doctored candidate is a saboteur whatever the margins say."""

SHOWN: Final = 3
"""Saboteurs named in a cause; the rest is counted."""

WORDS: Final = {
    "swapped": "{} swapped",
    "dropped": "{} dropped",
    "recall_cut": "a tenth of the {} tickets lost",
    "noise": "a tenth of all answers made wrong",
    "constant": "one answer for everything",
}


def rehearse(
    frozen: Sequence[FrozenTicket],
    reference: Answers,
    params: GateParams,
    *,
    judge: Judge = the_gate,
    intents: Sequence[str] = NAMES,
) -> Rehearsal:
    """Let `judge` compare doctored candidates with the model they were made from. No seed, no chance.

    A candidate that does no harm (the intent is absent, the reference never hits it, or what is lost lies within
    what may be lost) is no saboteur; it is listed as not applicable.

    Args:
        reference: the champion's answers, or the candidate's where there is none; an answer that is no intent
            counts as the most common one.
    Raises:
        InputError: as `check_input`.
    """
    roles = {"candidate": reference, "champion": reference, "anchor": None, "incumbent": None}
    check_input(frozen, roles, params, intents)
    votes = fold(frozen).tickets
    original = Original.of(votes, reference, intents)
    common, known = intents[original.ranked[0]], frozenset(intents)
    champion = {t.id: answer if (answer := reference.get(t.id)) in known else common for t in frozen}
    made, not_applicable = [], []
    for kind, of, answers_n in original.doctored():
        about = tuple(intents[index] for index in of)
        table = original.joint(answers_n)
        if not _harmful(kind, table, params, intents):
            not_applicable.append(" ".join([kind, *about]))
            continue
        changed = answers_n != original.reference_n
        said = {voice(votes[i]): intents[answers_n[i]] for i in changed.nonzero()[0]}
        # A near-duplicate group is doctored as a whole.
        candidate = {ticket.id: said.get(voice(ticket), champion[ticket.id]) for ticket in frozen}
        decision = judge(frozen, candidate, champion, None, params, intents=intents).overall
        n = min((int(table[index].sum()) for index in of), default=len(votes))
        factor = _factor(table, len(frozen), params, intents) if decision is Decision.REVIEW else None
        needed = n * factor if factor else None
        made.append(
            Saboteur(
                kind=kind, intents=about, changed=int(changed.sum()), decision=decision, n=n, tickets_needed=needed
            )
        )
    return Rehearsal(saboteurs=tuple(made), not_applicable=tuple(not_applicable))


def stop_if_broken(verdict: Verdict, rehearsal: Rehearsal) -> Verdict:
    """Attach the rehearsal; where the gate would have promoted a saboteur, this candidate is blocked too."""
    attached = replace(verdict, rehearsal=rehearsal)
    if not rehearsal.broken:
        return attached
    told = [WORDS[each.kind].format(" and ".join(each.intents)) for each in rehearsal.broken]
    more = [f"and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    line = f"gate broken: it would promote a candidate with {'; '.join([*told[:SHOWN], *more])}"
    return replace(attached, overall=Decision.BLOCK, cause=line)


def _harmful(kind: str, table: Codes, params: GateParams, intents: Sequence[str]) -> bool:
    """An intent is no longer recognised, or more is lost than may be: a tenth of one intent can lie within it."""
    subtle = kind == "recall_cut"
    overall = totals(table, range(len(intents)))
    if overall.lost - overall.gained > (params.margin_overall if subtle else BLATANT) * overall.n:
        return True
    for index, name in enumerate(intents):
        c = paired_counts(table, index)
        if c.hits_champion and not c.hits_candidate:
            return True
        if _f1_lost(c) > (params.margin_of(name) if subtle else BLATANT):
            return True
        if subtle and params.is_costly(name) and c.lost - c.gained > params.recall_guard * c.n:
            return True
    return False


def _f1_lost(c: Counts) -> float:
    if not c.n:
        return 0.0
    return 2 * c.hits_champion / (c.n + c.called_champion) - 2 * c.hits_candidate / (c.n + c.called_candidate)


def _factor(table: Codes, tickets: int, params: GateParams, intents: Sequence[str]) -> int | None:
    """Smallest of `FACTORS` at which the set, so many times over, blocks; every count grows by the factor."""
    for factor in FACTORS:
        if factor * tickets > LARGEST:
            return None
        if Outcome.REGRESSED in compare_counts(table * factor, params, intents).outcomes():
            return factor
    return None
