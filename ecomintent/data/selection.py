"""Which rows are learned from and which are held out: one per near-duplicate group, a cap, a stable split."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ecomintent.data import settling
from ecomintent.data.leakage import near_duplicate_groups
from ecomintent.params import PrepareParams

CORPUS: Final = "corpus"
CORRECTION: Final = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """One text that may be learned from."""

    text: str
    intent: str
    weight: float
    """Factor of the row's loss, above 0."""
    origin: str
    """`corpus` or `correction`."""
    source: str
    """Which file or helpdesk it came from."""
    text_key: str
    group: str
    """Smallest text key of its near-duplicate group."""
    precedence: tuple[Any, ...]
    """Larger wins within a group; ties fall to equal rows only."""


def one_per_group(rows: list[TrainingRow], params: PrepareParams, removed: Counter[str]) -> list[TrainingRow]:
    """One row for each near-duplicate group, named by its smallest key; adds to `removed` why others went."""
    members: dict[int, list[TrainingRow]] = {}
    numbers = near_duplicate_groups([row.text for row in rows], **likeness(params))
    for number, row in zip(numbers, rows, strict=True):
        members.setdefault(number, []).append(row)
    kept = []
    for group in members.values():
        chosen = _chosen(group)
        if chosen is None:
            removed["conflicting_labels"] += len(group)
            continue
        outvoted = sum(row.intent != chosen.intent for row in group)
        removed["outvoted_label"] += outvoted
        removed["duplicate"] += len(group) - outvoted - 1
        kept.append(replace(chosen, group=min(row.text_key for row in group)))
    return kept


def capped(rows: list[TrainingRow], params: PrepareParams, removed: Counter[str]) -> list[TrainingRow]:
    """At most `corpus_max_per_intent` rows of each corpus source for each intent; corrections are never cut.

    By source, because a large imported corpus would otherwise crowd the starter corpus out.
    """
    corpus: dict[tuple[str, str], list[TrainingRow]] = {}
    for row in sorted(rows, key=lambda row: _rank(params.seed, CORPUS, row.group)):
        if row.origin == CORPUS:
            corpus.setdefault((row.source, row.intent), []).append(row)
    taken = [row for same in corpus.values() for row in same[: params.corpus_max_per_intent]]
    removed["over_corpus_maximum"] += sum(map(len, corpus.values())) - len(taken)
    return [*taken, *(row for row in rows if row.origin == CORRECTION)]


def split(rows: Iterable[TrainingRow], params: PrepareParams) -> tuple[list[TrainingRow], list[TrainingRow]]:
    """Train and validation, whole groups at a time, `validation_fraction` of the groups of each intent and origin.

    The groups with the lowest hash of seed and name are held out, so that new tickets move few others. An intent
    that would have no validation row gives one up, from the corpus if it can; its only group stays in training.
    """
    groups: dict[str, list[TrainingRow]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    strata: dict[str, dict[str, list[str]]] = {}
    for name in sorted(groups, key=lambda group: _rank(params.seed, "validation", group)):
        first = min(groups[name], key=lambda row: row.text_key)
        strata.setdefault(first.intent, {}).setdefault(first.origin, []).append(name)
    held: set[str] = set()
    for by_origin in strata.values():
        shares = [names[: int(params.validation_fraction * len(names) + 0.5)] for names in by_origin.values()]
        candidates = [*by_origin.get(CORPUS, []), *by_origin.get(CORRECTION, [])]
        held.update(*shares or [], candidates[:1] if not any(shares) and len(candidates) > 1 else [])
    ordered = sorted((row for members in groups.values() for row in members), key=lambda row: row.text_key)
    return [row for row in ordered if row.group not in held], [row for row in ordered if row.group in held]


def likeness(params: PrepareParams) -> dict[str, Any]:
    """The settings of `leakage` as it wants them."""
    return {
        "jaccard": params.near_duplicate_jaccard,
        "permutations": params.minhash_permutations,
        "shingle_chars": params.shingle_chars,
    }


def _chosen(group: Sequence[TrainingRow]) -> TrainingRow | None:
    """The row that stands for its near-duplicates, or None when it is undecided what they mean.

    Corrections decide over the corpus, by the majority of their weight; the latest that agrees is kept, with the
    largest weight of those that agree: a later event that is trusted less takes nothing away.
    """
    corrections = [row for row in group if row.origin == CORRECTION]
    if corrections:
        intent = settling.majority((row.intent, row.weight) for row in corrections)
        agreeing = [row for row in corrections if row.intent == intent]
    else:
        agreeing = list(group) if len({row.intent for row in group}) == 1 else []
    if not agreeing:
        return None
    return replace(max(agreeing, key=lambda row: row.precedence), weight=max(row.weight for row in agreeing))


def _rank(seed: int, purpose: str, key: str) -> str:
    """A fixed place in a shuffled order that other rows do not change."""
    return hashlib.sha256(f"{seed}\0{purpose}\0{key}".encode()).hexdigest()
