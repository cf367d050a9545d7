"""Typed params.yaml and its only reader. The YAML is the default: nothing here has one.

Over 200 lines because it holds nearly every section: one place to see what changes the answer.
"""

import types
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import yaml

from ecomintent.errors import ParamsError
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.params_checks import at_least, between, same_keys
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Provenance
from ecomintent.taxonomy import FIRST, chain

Section = TypeVar("Section")

PRECISIONS: Final = ("fp32", "bf16", "fp16", "auto")
QUANTISED: Final = ("int8", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareParams:
    """How corrections and base corpus become training rows."""

    seed: int
    near_duplicate_jaccard: float
    """At or above this similarity (0.5-1) two texts are the same ticket."""
    minhash_permutations: int
    """Size of the sketch that finds candidates, at least 32; they are verified on the texts: speed, not the answer."""
    shingle_chars: int
    validation_fraction: float
    """Share (0.01-0.5) of each intent's and origin's tickets held out, whole near-duplicate groups at a time."""
    corpus_max_per_intent: int
    corpus_weight: float
    """Loss weight of a base corpus row, 0-10; 0 leaves the corpus out."""
    provenance_weights: dict[str, float]
    """Loss weight by provenance, 0-10; 0 leaves such corrections out, whatever they would supersede."""

    def __post_init__(self) -> None:
        between(self, "prepare", 0.5, 1, "near_duplicate_jaccard")
        between(self, "prepare", 0.01, 0.5, "validation_fraction")
        at_least(self, "prepare", 32, "minhash_permutations")
        at_least(self, "prepare", 1, "shingle_chars", "corpus_max_per_intent")
        same_keys("params.yaml: prepare.provenance_weights", self.provenance_weights, [p.value for p in Provenance])
        weights = {f"provenance_weights.{name}": weight for name, weight in self.provenance_weights.items()}
        for name, weight in [("corpus_weight", self.corpus_weight), *weights.items()]:
            if not 0 <= weight <= 10:
                raise ParamsError(f"{weight}; it must lie in 0-10", where=f"params.yaml: prepare.{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelParams:
    """Which encoder, and how much of a ticket it reads."""

    base: str
    """`embedded`, a hub id, or a folder."""
    max_tokens: int

    def __post_init__(self) -> None:
        at_least(self, "model", 8, "max_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainParams:
    """The fine-tune. Same values and machine, same weights to the bit."""

    seed: int
    threads: int
    precision: str
    """`fp32`, `bf16`, `fp16` (autocast; fp16 without a GPU is fp32), or `auto`: bf16 where the processor
    multiplies it natively, else fp32."""
    epochs: int
    patience: int
    """Epochs without a better validation macro-F1 before training stops."""
    batch_size: int
    learning_rate: float
    warmup_fraction: float
    weight_decay: float
    dropout: float
    """Share of activations dropped while training, in every layer."""
    label_smoothing: float
    class_weight_power: float
    """Loss weight of an intent is (mean count / its count) ** power; a count adds up row weights."""

    def __post_init__(self) -> None:
        at_least(self, "train", 1, "threads", "epochs", "patience", "batch_size")
        between(self, "train", 0, 1, "warmup_fraction", "weight_decay", "dropout")
        between(self, "train", 0, 1, "label_smoothing", "class_weight_power")
        if self.precision not in PRECISIONS:
            raise ParamsError(
                f"{self.precision!r}; allowed are {', '.join(PRECISIONS)}", where="params.yaml: train.precision"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportParams:
    """How the fine-tuned model becomes a release, and how far its answers may move."""

    quantise: str
    """`int8`, or `none` for 32-bit floats."""
    clear_margin: float
    """An answer is clear when its score (0-1) leads the next one by this much; others may change."""
    least_agreement: float
    """Share (0-1) of the clear answers on the validation rows that must stay the same."""

    def __post_init__(self) -> None:
        between(self, "export", 0, 1, "clear_margin", "least_agreement")
        if self.quantise not in QUANTISED:
            raise ParamsError(
                f"{self.quantise!r}; allowed are {', '.join(QUANTISED)}", where="params.yaml: export.quantise"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateParams:
    """How tickets are scored."""

    threads: int
    """Cores that one ticket may keep busy."""

    def __post_init__(self) -> None:
        at_least(self, "evaluate", 1, "threads")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateParams:
    """The gate's settings; fixed before a candidate is seen. Source of the values: docs/gate.md."""

    margin: float
    """Largest F1 loss (0-1) on one intent that still counts as no regression."""
    margins: dict[str, float]
    """Per-intent overrides of `margin`."""
    alpha_pass: float
    alpha_block_intents: float
    alpha_block_overall: float
    margin_overall: float
    """Largest accuracy loss (0-1) that still counts as no regression."""
    min_n_pass: int
    """Independent tickets an intent needs before it can PASS."""
    first_release_floor: float
    """F1 (0-1) every intent must reach when there is no champion."""
    costly_intents: tuple[str, ...]
    """Intents where a miss is expensive: their recall is guarded too."""
    recall_guard: float
    """Recall (0-1) a costly intent may lose."""
    frozen_runs: int
    """Candidates a frozen set may judge before a refresh is due."""
    frozen_refresh_share: float
    """Share (0-1) of its tickets that a refresh must replace."""

    def __post_init__(self) -> None:
        names = [f.name for f in fields(self) if f.type is float or f.type == "float"]
        between(self, "gate", 0, 1, *names)
        at_least(self, "gate", 1, "min_n_pass", "frozen_runs")
        for name, where in [
            *((n, "margins") for n in self.margins),
            *((n, "costly_intents") for n in self.costly_intents),
        ]:
            if name not in chain().known:
                raise ParamsError(f"{name!r} is not an intent", where=f"params.yaml: gate.{where}")

    def margin_of(self, intent: str) -> float:
        """The margin that applies to `intent`; one that came from others and has no entry has their smallest."""
        table = dict.fromkeys(FIRST.known, self.margin) | self.margins
        return table[intent] if intent in self.margins else chain().carried(table, min).get(intent, self.margin)

    def is_costly(self, intent: str) -> bool:
        """Whether a miss of `intent` is expensive; what took over from a costly intent is costly too."""
        return any(intent in (name, *chain().reads_as(name)) for name in self.costly_intents)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseParams:
    """How a release is decided about."""

    approval_days: int
    """Days a candidate waits for a person, and a yes for its promotion."""

    def __post_init__(self) -> None:
        at_least(self, "release", 1, "approval_days")


SECTIONS: Final[dict[str, type]] = {
    "prepare": PrepareParams,
    "model": ModelParams,
    "train": TrainParams,
    "export": ExportParams,
    "calibrate": CalibrateParams,
    "evaluate": EvaluateParams,
    "gate": GateParams,
    "release": ReleaseParams,
    "labels": LabelsParams,
}


def section(path: Path, name: str, *, into: type[Section]) -> Section:
    """Read one section of `path` into its frozen type.

    Raises:
        ParamsError: file or section missing, unknown or absent keys (nearest suggested), a value of the wrong type.
    """
    where = f"{path.name}: {name}"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError("no such file; run from the checkout or set ECOMINTENT_PROJECT", where=str(path)) from error
    except yaml.YAMLError as error:
        raise ParamsError(f"not valid YAML: {str(error).splitlines()[0]}", where=str(path)) from error
    if not isinstance(raw, dict) or not isinstance(raw.get(name), dict):
        raise ParamsError("the section is missing", where=where)
    values: dict[str, Any] = raw[name]
    hints = get_type_hints(into)
    same_keys(where, values, list(hints))
    return into(**{key: _typed(value, hints[key], f"{where}.{key}") for key, value in values.items()})


def _typed(value: Any, hint: Any, where: str) -> Any:
    origin: Any = get_origin(hint) or hint
    if origin is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is tuple and isinstance(value, list):
        return tuple(_typed(item, get_args(hint)[0], where) for item in value)
    if origin is dict and isinstance(value, dict):
        return {str(key): _typed(item, get_args(hint)[1], where) for key, item in value.items()}
    if (
        isinstance(origin, types.UnionType)
        or not isinstance(value, origin)
        or (origin is int and isinstance(value, bool))
    ):
        raise ParamsError(f"found {value!r}; a {getattr(origin, '__name__', origin)} is needed", where=where)
    return value
