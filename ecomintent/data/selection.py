"""Which rows are learned from and which are held out: one per near-duplicate group, a cap, a stable split."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecomintent.data import settling
from ecomintent.data.facts import KEY, Flags, Keys, hex_of
from ecomintent.params import PrepareParams

CORPUS: Final = "corpus"
CORRECTION: Final = "correction"

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """n texts that may be learned from, as arrays."""

    correction: Flags
    """Whether it is a correction; else it is of the base corpus."""
    intent: npt.NDArray[np.int32]
    """Position in `intents`."""
    intents: tuple[str, ...]
    weight: npt.NDArray[np.float64]
    """Factor of the row's loss, above 0."""
    source: npt.NDArray[np.int32]
    """Number of the file that a corpus row comes from; 0 for a correction."""
    moment: npt.NDArray[np.float64]
    trust: npt.NDArray[np.int8]
    """Of a correction, as in `facts.Facts`: later, then more trusted, wins in a group."""
    text: npt.NDArray[np.int32]
    """Position of the text key in `keys`: equal texts have equal numbers."""
    keys: Keys
    """Distinct text keys, ascending."""
    contents: Callable[[Positions], Sequence[Any]]
    """Positions -> what decides between rows that are equal in everything above; larger wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """k rows of the candidates, each standing for its near-duplicate group."""

    row: Positions
    weight: npt.NDArray[np.float64]
    """The largest of those in its group that agree."""
    group: npt.NDArray[np.int32]
    """Position in `keys` of the group's smallest text key."""

    def only(self, wanted: Any) -> "Chosen":
        """Those at the positions, or under the mask, `wanted`."""
        return Chosen(row=self.row[wanted], weight=self.weight[wanted], group=self.group[wanted])


def one_per_group(found: Candidates, rows: Positions, groups: npt.NDArray[np.int32], removed: Counter[str]) -> Chosen:
    """One row for each near-duplicate group; adds to `removed` why others went.

    Args:
        rows: those candidates that are in question.
        groups: of each of `rows`, its group.
    """
    order = np.argsort(groups, kind="stable")
    rows, groups = rows[order], groups[order]
    starts = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]])) if len(rows) else rows
    sizes = np.diff(np.concatenate([starts, [len(rows)]])).astype(np.int64)
    row, weight = rows[starts].copy(), found.weight[rows[starts]]
    undecided = np.zeros(len(starts), dtype=np.bool_)
    for number in np.flatnonzero(sizes > 1).tolist():
        members = rows[starts[number] : starts[number] + sizes[number]]
        best = _best(found, members)
        if best is None:
            undecided[number] = True
            removed["conflicting_labels"] += len(members)
            continue
        row[number], weight[number] = best
        outvoted = int((found.intent[members] != found.intent[best[0]]).sum())
        removed["outvoted_label"] += outvoted
        removed["duplicate"] += len(members) - outvoted - 1
    return Chosen(row=row, weight=weight, group=groups[starts].astype(np.int32)).only(~undecided)


def capped(found: Candidates, chosen: Chosen, params: PrepareParams, removed: Counter[str]) -> Chosen:
    """At most `corpus_max_per_intent` rows of each corpus source for each intent; corrections are never cut.

    By source, because a large imported corpus would otherwise crowd the starter corpus out.
    """
    corpus = np.flatnonzero(~found.correction[chosen.row])
    ranks = _ranks(params.seed, CORPUS, found.keys[chosen.group[corpus]])
    row = chosen.row[corpus]
    order = np.lexsort((ranks, found.intent[row], found.source[row]))
    places = _places(np.stack([found.source[row[order]], found.intent[row[order]]]))
    over = corpus[order[places >= params.corpus_max_per_intent]]
    removed["over_corpus_maximum"] += len(over)
    kept = np.ones(len(chosen.row), dtype=np.bool_)
    kept[over] = False
    return chosen.only(kept)


def split(found: Candidates, chosen: Chosen, params: PrepareParams) -> tuple[Chosen, Chosen]:
    """Train and validation, `validation_fraction` of the groups of each intent and origin; by text key.

    The groups with the lowest hash of seed and name are held out, so that new tickets move few others. An intent
    that would have no validation row gives one up, from the corpus if it can; its only group stays in training.
    """
    ranks = _ranks(params.seed, "validation", found.keys[chosen.group])
    held = np.zeros(len(chosen.row), dtype=np.bool_)
    for intent in np.unique(found.intent[chosen.row]).tolist():
        mine = found.intent[chosen.row] == intent
        by_origin = []
        for origin in (~found.correction, found.correction):
            members = np.flatnonzero(mine & origin[chosen.row])
            by_origin.append(members[np.argsort(ranks[members], kind="stable")])
        shares = [members[: int(params.validation_fraction * len(members) + 0.5)] for members in by_origin]
        candidates = np.concatenate(by_origin)
        if not any(map(len, shares)) and len(candidates) > 1:
            shares.append(candidates[:1])
        held[np.concatenate(shares)] = True
    order = np.argsort(found.text[chosen.row], kind="stable")
    return chosen.only(order[~held[order]]), chosen.only(order[held[order]])


def likeness(params: PrepareParams) -> dict[str, Any]:
    """The settings of `leakage` as it wants them."""
    return {
        "jaccard": params.near_duplicate_jaccard,
        "permutations": params.minhash_permutations,
        "shingle_chars": params.shingle_chars,
    }


def _best(found: Candidates, members: Positions) -> tuple[int, float] | None:
    """The row that stands for its near-duplicates and its weight, or None when it is undecided what they mean.

    Corrections decide over the corpus, by the majority of their weight; the latest that agrees is kept, with the
    largest weight of those that agree: a later event that is trusted less takes nothing away.
    """
    corrections = members[found.correction[members]]
    if len(corrections):
        intents, weights = found.intent[corrections].tolist(), found.weight[corrections].tolist()
        intent = intents[0] if len(set(intents)) == 1 else settling.majority(zip(intents, weights, strict=True))
        agreeing = corrections[found.intent[corrections] == (-1 if intent is None else intent)]
    else:
        agreeing = members if len(set(found.intent[members].tolist())) == 1 else members[:0]
    if not len(agreeing):
        return None
    order = list(zip(found.moment[agreeing].tolist(), (-found.trust[agreeing]).tolist(), strict=True))
    first = agreeing[[place == max(order) for place in order]]
    if len(first) > 1:
        contents = found.contents(first)
        first = first[[max(range(len(first)), key=contents.__getitem__)]]
    return int(first[0]), float(found.weight[agreeing].max())


def _places(strata: npt.NDArray[np.int32]) -> Positions:
    """Place, from 0, of each column within the run of equal columns it is in."""
    if not strata.shape[1]:
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], (strata[:, 1:] != strata[:, :-1]).any(axis=0)]))
    sizes = np.diff(np.concatenate([starts, [strata.shape[1]]]))
    return np.arange(strata.shape[1]) - np.repeat(starts, sizes)


def _ranks(seed: int, purpose: str, keys: Keys) -> Keys:
    """For each text key a fixed place in a shuffled order that other rows do not change."""
    start = f"{seed}\0{purpose}\0"
    digests = (hashlib.sha256(f"{start}{key}".encode()).digest()[: KEY.itemsize] for key in hex_of(keys))
    return np.frombuffer(b"".join(digests), dtype=KEY)
