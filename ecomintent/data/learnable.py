"""Corrections that count and the base corpus, read from their files: arrays in memory, texts in a temporary file."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ecomintent.data import facts, settling
from ecomintent.data.facts import Facts
from ecomintent.data.parquet import Rows
from ecomintent.data.picked import parts, ties
from ecomintent.data.selection import Candidates, Positions
from ecomintent.data.text_file import TextFile
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams

OWNERS: Final = ("source", "account", "ticket_id", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnable:
    """Candidates, and their texts by the same positions."""

    candidates: Candidates
    texts: TextFile


def learnable(corrections: Rows, corpus: Rows, params: PrepareParams, removed: Counter[str]) -> Learnable:
    """What may be learned from before it is compared with anything; adds to `removed` why others went.

    Raises:
        InputError: a correction has a time or provenance that cannot be read.
    """
    known = facts.gathered(corrections.batches())
    _refuse_unreadable(known, corrections)
    weights = settling.weighed(known, params.provenance_weights)
    counting = settling.latest(known, weights > 0, lambda positions: ties(corrections, positions))
    removed["weightless_provenance"] += int((weights <= 0).sum())
    removed["superseded_by_later_correction"] += int((weights > 0).sum()) - len(counting)
    removed["weightless_corpus"] += corpus.num_rows if params.corpus_weight <= 0 else 0
    texts, owners = TextFile(), TextFile()
    for part in parts(corrections, counting, ("text", *OWNERS)):
        texts.extend(part["text"])
        owners.extend(json.dumps(told) for told in zip(*(part[name] for name in OWNERS), strict=True))
    base = _base(corpus if params.corpus_weight > 0 else None, texts, known.intents)
    keys, numbers = np.unique(np.concatenate([known.key[counting], base.keys]), return_inverse=True)
    corrected, more = np.arange(len(numbers)) < len(counting), len(base.keys)

    def contents(positions: Positions) -> list[Any]:
        if not corrected[positions[0]]:
            return [*zip(texts.take(positions), (base.names[n] for n in candidates.source[positions]), strict=True)]
        told = [json.loads(owner) for owner in owners.take(positions)]
        return [(*owner[:3], text, owner[3]) for owner, text in zip(told, texts.take(positions), strict=True)]

    candidates = Candidates(
        correction=corrected,
        intent=np.concatenate([known.intent[counting], base.intent]),
        intents=base.intents,
        weight=np.concatenate([weights[counting], np.full(more, params.corpus_weight)]),
        source=np.concatenate([np.zeros(len(counting), dtype=np.int32), base.source]),
        moment=np.concatenate([known.moment[counting], np.zeros(more)]),
        trust=np.concatenate([known.trust[counting], np.zeros(more, dtype=np.int8)]),
        text=numbers.astype(np.int32),
        keys=keys,
        contents=contents,
    )
    return Learnable(candidates=candidates, texts=texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """The base corpus as arrays."""

    keys: facts.Keys
    intent: Any
    intents: tuple[str, ...]
    source: Any
    names: tuple[str, ...]


def _base(corpus: Rows | None, texts: TextFile, intents: tuple[str, ...]) -> _Base:
    """The corpus, whose texts go behind `texts`; its intents go behind `intents`."""
    numbers = {name: number for number, name in enumerate(intents)}
    names: dict[str, int] = {}
    keys, labels, sources = [facts.keys_of([])], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for batch in corpus.batches() if corpus else ():
        told = {name: [value or "" for value in batch[name].to_pylist()] for name in batch.schema.names}
        texts.extend(told["text"])
        keys.append(facts.keys_of(told["text"]))
        labels.append(np.array([numbers.setdefault(name, len(numbers)) for name in told["intent"]], dtype=np.int32))
        sources.append(np.array([names.setdefault(name, len(names)) for name in told["source"]], dtype=np.int32))
    return _Base(
        keys=np.concatenate(keys),
        intent=np.concatenate(labels),
        intents=tuple(numbers),
        source=np.concatenate(sources),
        names=tuple(names),
    )


def _refuse_unreadable(known: Facts, corrections: Rows) -> None:
    unreadable = np.flatnonzero(~known.timed | (known.trust < 0))
    if len(unreadable):
        raise InputError(
            f"row {unreadable[0] + 1} has a time or a provenance that cannot be read; restore the expectations that "
            "refuse it and run validate again",
            where=corrections.where,
        )
