"""The public baseline's way from labelled texts to three sides: no text twice, 3-200 words, capped, stratified.

Source of the rules: scripts/build_dataset.py of github.com/jcbolo72012/ecomintent-api, commit 3ca148d; nothing of it is
copied. docs/public-baseline.md says where this differs.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.data.corpus import CorpusRow, write_corpus
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params_checks import at_least, between
from ecomintent.taxonomy import NAMES

SIDES: Final = ("train", "validation", "test")
REPORT: Final = "report.json"
QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}

Lengths = Callable[[Sequence[str]], Sequence[int]]
"""Texts -> their numbers of tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildParams:
    """Section `build` of presets/public-baseline.yaml."""

    seed: int
    """Decides which rows the cap drops and on which side a row comes."""
    least_words: int
    most_words: int
    """Texts with fewer or more words, as white space divides them, are left out."""
    class_cap: float
    """No intent keeps more rows than this many times those of the smallest one, 1-1000."""
    validation_fraction: float
    test_fraction: float
    """Shares (0.01-0.3) of each intent's rows; the rest is for training."""
    max_tokens: int
    """The report tells which share of the texts is longer; none is cut here."""

    def __post_init__(self) -> None:
        at_least(self, "build", 1, "least_words", "max_tokens")
        at_least(self, "build", self.least_words, "most_words")
        between(self, "build", 1, 1000, "class_cap")
        between(self, "build", 0.01, 0.3, "validation_fraction", "test_fraction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The three sides, each in text order, and what became of all other rows."""

    sides: dict[str, tuple[CorpusRow, ...]]
    report: dict[str, Any]


def build(rows: Sequence[CorpusRow], params: BuildParams, lengths: Lengths) -> Built:
    """Choose and split. Of a text that is there more than once the first row counts, whatever the others say.

    Equal rows give equal sides, in any order as long as no text has two intents.

    Raises:
        InputError: an intent has too few rows to be on every side.
    """
    once, under_another = _once(rows)
    fitting = [row for row in once if params.least_words <= len(row.text.split()) <= params.most_words]
    of_intent = {name: _drawn([row for row in fitting if row.intent == name], params.seed) for name in NAMES}
    _stop_without_rows(of_intent, params)
    cap = math.floor(params.class_cap * min(map(len, of_intent.values())))
    kept = {name: drawn[:cap] for name, drawn in of_intent.items()}
    sides = _sides(kept, params)
    words = Counter("short" if len(row.text.split()) < params.least_words else "fitting" for row in once)
    report = {
        "rows": len(rows),
        "left_out": {
            "duplicate": len(rows) - len(once),
            "too_short": words["short"],
            "too_long": words["fitting"] - len(fitting),
            "over_class_cap": len(fitting) - sum(map(len, kept.values())),
        },
        "duplicates_under_another_intent": under_another,
        "class_cap": cap,
        "sides": {side: _counts(of_side) for side, of_side in sides.items()},
        "tokens": _tokens(lengths([row.text for drawn in kept.values() for row in drawn]), params.max_tokens),
        "params": asdict(params),
    }
    return Built(sides=sides, report=report)


def write(built: Built, folder: Path) -> None:
    """Write three Parquet files and the report as `folder`, whole or not at all.

    Raises:
        InputError: the folder holds something else, which would be lost.
    """
    ours = {REPORT, *(f"{side}.parquet" for side in SIDES)}
    foreign = sorted({path.name for path in folder.iterdir()} - ours) if folder.is_dir() else []
    if foreign or folder.is_file():
        raise InputError(f"holds {', '.join(foreign) or 'a file'}; name a new or empty folder", where=str(folder))

    def fill(into: Path) -> None:
        for side, rows in built.sides.items():
            write_corpus(rows, into / f"{side}.parquet")
        files.write_text(into / REPORT, json.dumps(built.report, indent=2, ensure_ascii=False) + "\n")

    files.replace_folder(folder, fill)


def _once(rows: Sequence[CorpusRow]) -> tuple[list[CorpusRow], int]:
    """The first row of each text, and how many of the others have another intent."""
    first: dict[str, CorpusRow] = {}
    under_another = 0
    for row in rows:
        under_another += first.setdefault(text_key(row.text), row).intent != row.intent
    return list(first.values()), under_another


def _drawn(rows: Sequence[CorpusRow], seed: int) -> list[CorpusRow]:
    """In an order of chance that depends on the seed and each row's own text only."""
    return sorted(rows, key=lambda row: hashlib.sha256(f"{seed}:{text_key(row.text)}".encode()).digest())


def _stop_without_rows(of_intent: dict[str, list[CorpusRow]], params: BuildParams) -> None:
    least = max(len(SIDES), math.ceil(0.5 / min(params.test_fraction, params.validation_fraction)))
    few = [f"{name} {len(rows)}" for name, rows in of_intent.items() if len(rows) < least]
    if few:
        raise InputError(
            f"too few rows are left of {', '.join(few)}; each intent needs {least} to be on every side: bring more, or "
            "name the map of the files' labels",
            where="build",
        )


def _sides(kept: dict[str, list[CorpusRow]], params: BuildParams) -> dict[str, tuple[CorpusRow, ...]]:
    sides: dict[str, list[CorpusRow]] = {side: [] for side in SIDES}
    for drawn in kept.values():
        test = math.floor(len(drawn) * params.test_fraction + 0.5)
        validation = math.floor(len(drawn) * params.validation_fraction + 0.5)
        sides["test"] += drawn[:test]
        sides["validation"] += drawn[test : test + validation]
        sides["train"] += drawn[test + validation :]
    return {side: tuple(sorted(rows)) for side, rows in sides.items()}


def _counts(rows: Sequence[CorpusRow]) -> dict[str, Any]:
    found = Counter(row.intent for row in rows)
    return {"rows": len(rows), "intents": {name: found[name] for name in NAMES}}


def _tokens(lengths: Sequence[int], most: int) -> dict[str, Any]:
    """Quantiles by nearest rank: p95 is the least length that 95 % of the texts do not exceed."""
    ordered = sorted(lengths)
    over = sum(length > most for length in ordered)
    told = {name: ordered[math.ceil(share * len(ordered)) - 1] for name, share in QUANTILES.items()}
    return {**told, "max_tokens": most, "over_max_tokens": over, "share_over_max_tokens": round(over / len(ordered), 6)}
