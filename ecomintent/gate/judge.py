"""The gate: may this candidate replace the champion? Closed form, no seed, no switch to turn it off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ecomintent.gate import caveats
from ecomintent.gate.cause import cause as explain
from ecomintent.gate.compare import NOBODY, compare
from ecomintent.gate.counts import Codes
from ecomintent.gate.first_release import judge_against_process, judge_floors
from ecomintent.gate.outcomes import Decision, decide
from ecomintent.gate.preconditions import Answers, Votes, check_input, fold, refusal
from ecomintent.gate.verdict import FrozenTicket, Verdict
from ecomintent.params import GateParams
from ecomintent.taxonomy import IDS


def judge(
    frozen: Sequence[FrozenTicket],
    candidate: Answers,
    champion: Answers | None,
    anchor: Answers | None,
    params: GateParams,
    *,
    incumbent: Answers | None = None,
    sealed: str = "",
    scored: str = "",
    leaked: Collection[str] = (),
) -> Verdict:
    """Judge a candidate on the frozen set. Source: docs/gate.md, section 9.

    Args:
        frozen: the whole set, in any order.
        candidate, champion, anchor: their answers on every ticket of this very set; None where there is no
            such model. The anchor is the fixed reference that keeps many small losses from adding up.
        incumbent: answers of what serves before the first release (rules, majority), if any.
        sealed, scored: digest the frozen set was sealed under, and of the set the models answered.
        leaked: ids of frozen tickets found among the candidate's training rows.
    Raises:
        InputError: mis-shaped input; see `check_input`.
    """
    answers = {"candidate": candidate, "champion": champion, "anchor": anchor, "incumbent": incumbent}
    check_input(frozen, answers, params)
    votes = fold(frozen)
    refused = refusal(frozen, answers, sealed=sealed, scored=scored, leaked=leaked)
    start = _without_statistics(frozen, votes, answers, params, refused or "")
    if refused is not None:
        return start
    codes = {role: _codes(votes, given) for role, given in answers.items() if given is not None}
    labels_n = np.array([IDS[ticket.label] for ticket in votes.tickets])
    finish = _first_release if champion is None else _replacement
    return finish(start, labels_n, codes, params)


def _without_statistics(
    frozen: Sequence[FrozenTicket],
    votes: Votes,
    answers: Mapping[str, Answers | None],
    params: GateParams,
    cause: str,
) -> Verdict:
    return Verdict(
        overall=Decision.BLOCK,
        cause=cause,
        intents={},
        accuracy=None,
        churn=None,
        against_anchor=None,
        n=len(frozen),
        n_independent=len(votes.tickets),
        conflicts=votes.conflicts,
        warnings=(*caveats.of_tickets(frozen, votes), *caveats.of_answers(answers)),
        confidence=1 - 2 * params.alpha_pass,
    )


def _replacement(start: Verdict, labels_n: Codes, codes: Mapping[str, Codes], params: GateParams) -> Verdict:
    """Against the champion and, where there is one, the anchor: the worse answer counts."""
    found = {
        role: compare(labels_n, codes[role], codes["candidate"], params)
        for role in ("champion", "anchor")
        if role in codes
    }
    capped = bool(start.conflicts)
    decisions = {role: decide(each.outcomes(), capped=capped) for role, each in found.items()}
    overall = max(decisions.values(), key=list(Decision).index)
    decisive = next(role for role, decision in decisions.items() if decision is overall)
    line = explain(overall, found[decisive].intents, found[decisive].accuracy, len(start.conflicts))
    main = found["champion"]
    more = [sentence for role, each in found.items() for sentence in caveats.of_comparison(each, role)]
    return replace(
        start,
        overall=overall,
        cause=line if decisive == "champion" else f"against the anchor: {line}",
        intents=main.intents,
        accuracy=main.accuracy,
        churn=main.churn,
        against_anchor=found.get("anchor"),
        warnings=(*start.warnings, *more, *caveats.of_absence(main.intents)),
    )


def _first_release(start: Verdict, labels_n: Codes, codes: Mapping[str, Codes], params: GateParams) -> Verdict:
    intents = judge_floors(labels_n, codes["candidate"], params)
    accuracy = judge_against_process(labels_n, codes.get("incumbent"), codes["candidate"], params)
    outcomes = [*(intent.verdict for intent in intents.values()), accuracy.verdict]
    overall = decide(outcomes, capped=True)
    return replace(
        start,
        overall=overall,
        cause=explain(overall, intents, accuracy, len(start.conflicts)),
        intents=intents,
        accuracy=accuracy,
        warnings=(*start.warnings, *caveats.of_absence(intents)),
    )


def _codes(votes: Votes, given: Answers) -> Codes:
    return np.array([IDS.get(given[ticket.id] or "", NOBODY) for ticket in votes.tickets], dtype=np.intp)
