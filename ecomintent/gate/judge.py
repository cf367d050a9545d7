"""The gate: may this candidate replace the champion? Closed form, no seed, no switch to turn it off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecomintent.gate import caveats
from ecomintent.gate.cause import cause as explain
from ecomintent.gate.compare import compare
from ecomintent.gate.counts import Codes
from ecomintent.gate.first_release import judge_against_process, judge_floors
from ecomintent.gate.label_map import LabelMap
from ecomintent.gate.outcomes import Comparison, Decision, decide
from ecomintent.gate.preconditions import Answers, Votes, check_input, fold, refusal
from ecomintent.gate.verdict import FrozenTicket, Verdict
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES


@dataclass(frozen=True, slots=True)
class _Rules:
    params: GateParams
    intents: tuple[str, ...]
    new: tuple[str, ...]
    """Intents that no earlier model knew."""
    lost: tuple[str, ...]
    """Intents of an earlier model that there are no more; what their tickets are, people said."""


def judge(
    frozen: Sequence[FrozenTicket],
    candidate: Answers,
    champion: Answers | None,
    anchor: Answers | None,
    params: GateParams,
    *,
    intents: Sequence[str] = NAMES,
    label_map: LabelMap | None = None,
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
        intents: the label set, in the order the verdict lists them.
        label_map: how older labels and answers read in `intents`; without one an unknown answer of the champion
            is a wrong answer.
        incumbent: answers of what serves before the first release (rules, majority), if any.
        sealed, scored: digest the frozen set was sealed under, and of the set the models answered.
        leaked: ids of frozen tickets found among the candidate's training rows.
    Raises:
        InputError: mis-shaped input; see `check_input` and `LabelMap.apply`.
    """
    answers = {"candidate": candidate, "champion": champion, "anchor": anchor, "incumbent": incumbent}
    told: tuple[str, ...] = ()
    if label_map is not None:
        told = (label_map.told(frozen, champion),)
        frozen, answers = label_map.apply(frozen, answers, intents)
    check_input(frozen, answers, params, intents)
    votes = fold(frozen)
    refused = refusal(frozen, answers, sealed=sealed, scored=scored, leaked=leaked, intents=intents)
    said = (*told, *caveats.of_tickets(frozen, votes), *caveats.of_answers(answers, intents))
    start = Verdict(
        overall=Decision.BLOCK,
        cause=refused or "",
        intents={},
        accuracy=None,
        churn=None,
        against_anchor=None,
        n=len(frozen),
        n_independent=len(votes.tickets),
        conflicts=votes.conflicts,
        warnings=said,
        confidence=1 - 2 * params.alpha_pass,
    )
    if refused is not None:
        return start
    return _judge_codes(start, votes, answers, _rules(params, intents, label_map))


def _rules(params: GateParams, intents: Sequence[str], label_map: LabelMap | None) -> _Rules:
    if label_map is None:
        return _Rules(params, tuple(intents), (), ())
    return _Rules(params, tuple(intents), label_map.new, label_map.lost)


def _judge_codes(start: Verdict, votes: Votes, answers: Mapping[str, Answers | None], rules: _Rules) -> Verdict:
    ids = {name: index for index, name in enumerate(rules.intents)}
    codes = {role: _codes(votes, given, ids) for role, given in answers.items() if given is not None}
    labels_n = np.array([ids[ticket.label] for ticket in votes.tickets])
    if "champion" not in codes:
        return _first_release(start, labels_n, codes, rules)
    differ_n = codes["champion"] != codes["candidate"]
    blind_n = np.array([ticket.provenance == caveats.BLIND for ticket in votes.tickets])
    start = replace(start, discordant=int(differ_n.sum()), discordant_blind=int((differ_n & blind_n).sum()))
    return _replacement(start, labels_n, codes, rules)


def _replacement(start: Verdict, labels_n: Codes, codes: Mapping[str, Codes], rules: _Rules) -> Verdict:
    """Against the champion and, where there is one, the anchor: the worse answer counts."""
    found = {
        role: _compare(labels_n, codes[role], codes["candidate"], rules)
        for role in ("champion", "anchor")
        if role in codes
    }
    capped = bool(start.conflicts or rules.new or rules.lost)
    decisions = {role: decide(each.outcomes(), capped=capped) for role, each in found.items()}
    overall = max(decisions.values(), key=list(Decision).index)
    decisive = next(role for role, decision in decisions.items() if decision is overall)
    line = explain(
        overall, found[decisive].intents, found[decisive].accuracy, len(start.conflicts), rules.new, lost=rules.lost
    )
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


def _compare(labels_n: Codes, reference_n: Codes, candidate_n: Codes, rules: _Rules) -> Comparison:
    """One comparison; an intent the reference cannot know is held to the floor of a first release instead."""
    found = compare(labels_n, reference_n, candidate_n, rules.params, rules.intents, new=rules.new)
    if not rules.new:
        return found
    floors = judge_floors(labels_n, candidate_n, rules.params, rules.intents)
    return replace(found, intents={name: found.intents.get(name, floors[name]) for name in rules.intents})


def _first_release(start: Verdict, labels_n: Codes, codes: Mapping[str, Codes], rules: _Rules) -> Verdict:
    intents = judge_floors(labels_n, codes["candidate"], rules.params, rules.intents)
    accuracy = judge_against_process(labels_n, codes.get("incumbent"), codes["candidate"], rules.params)
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


def _codes(votes: Votes, given: Answers, ids: Mapping[str, int]) -> Codes:
    # An answer that is no intent gets the code after the last one.
    read, nobody = ids.get, len(ids)
    return np.array([read(given[ticket.id] or "", nobody) for ticket in votes.tickets], dtype=np.intp)
