"""What the gate says about models that differ by their training seed only; prints Markdown for docs/gate.md.

    python -m tests.bench.aa_report FOLDER

FOLDER holds frozen.csv (id,label,group) and seed-N.csv (id,intent), as `tests/bench/aa_train.py` writes them; it may
still be growing. Over 200 lines because reading, judging and the page are one straight line.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecomintent.gate.judge import judge
from ecomintent.gate.preconditions import fold
from ecomintent.gate.verdict import Decision, FrozenTicket, Outcome, Verdict
from ecomintent.params import GateParams, section
from ecomintent.taxonomy import IDS, NAMES

PARAMS: Final = Path(__file__).parents[2] / "params.yaml"
MARGINS: Final = (0.03, 0.05)
TOLERANCE: Final = 0.03
COINS: Final = 10
K: Final = len(NAMES)

Codes = NDArray[np.intp]
Shares = NDArray[np.float64]
Pair = tuple[int, int]
"""Champion and candidate, as positions among the models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrains:
    """A frozen set and what every model answered on it. Arrays cover independent tickets only."""

    frozen: list[FrozenTicket]
    answers: list[dict[str, str]]
    labels_n: Codes
    codes_mn: Codes

    @property
    def pairs(self) -> list[Pair]:
        """Every model as champion against every other."""
        return list(permutations(range(len(self.answers)), 2))

    @property
    def disjoint(self) -> list[Pair]:
        """Every model once: first against second, third against fourth."""
        return [(index, index + 1) for index in range(0, len(self.answers) - 1, 2)]


def read(folder: Path) -> Retrains:
    """Read the folder; exits with one line where it holds no frozen set, fewer than two models or other tickets."""
    if not (folder / "frozen.csv").exists():
        sys.exit(f"{folder}: no frozen.csv; name the folder that tests.bench.aa_train writes (--out)")
    frozen = [
        FrozenTicket(id=row["id"], label=row["label"], group=row["group"]) for row in _rows(folder / "frozen.csv")
    ]
    paths = sorted(folder.glob("seed-*.csv"), key=lambda path: int(path.stem.removeprefix("seed-")))
    answers = [{row["id"]: row["intent"] for row in _rows(path)} for path in paths]
    if len(answers) < 2:
        sys.exit(f"{folder}: {len(answers)} models; two are needed. Let tests.bench.aa_train run on")
    ids = {ticket.id for ticket in frozen}
    for path, given in zip(paths, answers, strict=True):
        if given.keys() != ids:
            sys.exit(
                f"{path}: answers other tickets than frozen.csv holds; remove it and run tests.bench.aa_train again"
            )
    tickets = fold(frozen).tickets
    return Retrains(
        frozen=frozen,
        answers=answers,
        labels_n=np.array([IDS[ticket.label] for ticket in tickets]),
        codes_mn=np.array([[IDS[given[ticket.id]] for ticket in tickets] for given in answers]),
    )


def f1_of(labels_n: Codes, codes_n: Codes) -> Shares:
    """(k,) F1 per intent; NaN where the set holds none of its tickets."""
    n_k, called_k = np.bincount(labels_n, minlength=K), np.bincount(codes_n, minlength=K)
    hits_k = np.bincount(labels_n[labels_n == codes_n], minlength=K)
    return np.where(n_k > 0, 2 * hits_k / np.maximum(n_k + called_k, 1), np.nan)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _judged(retrains: Retrains, params: GateParams) -> dict[Pair, Verdict]:
    answers = retrains.answers
    return {(a, b): judge(retrains.frozen, answers[b], answers[a], None, params) for a, b in retrains.pairs}


def _models(retrains: Retrains, f1_mk: Shares) -> Iterator[str]:
    labels_n, codes_mn = retrains.labels_n, retrains.codes_mn
    apart = [codes_mn[a] != codes_mn[b] for a, b in retrains.pairs]
    wrong = [
        (codes_mn[a] != labels_n) & (codes_mn[b] != labels_n) & (codes_mn[a] != codes_mn[b]) for a, b in retrains.pairs
    ]
    churn = np.array([flips_n.mean() for flips_n in apart])
    both_wrong = sum(int(n.sum()) for n in wrong) / max(1, sum(int(n.sum()) for n in apart))
    pairs = len(retrains.pairs)
    yield f"{len(codes_mn)} models, {pairs} ordered pairs ({pairs // 2} unordered, {len(retrains.disjoint)} disjoint),"
    yield f"{labels_n.size} independent tickets of {len(retrains.frozen)}. The pairs share models and all share one"
    yield "frozen set: **they are not independent**, so the shares below are rougher than their number suggests. The"
    yield "disjoint pairs share no model, but still the tickets, and they are few."
    yield from ("", "| of the models | mean | sd | min | max |", "| --- | --- | --- | --- | --- |")
    yield _spread("macro-F1", np.nanmean(f1_mk, axis=1))
    yield _spread("accuracy", (codes_mn == labels_n).mean(axis=1))
    yield ""
    yield f"Churn {100 * churn.mean():.1f} % on average ({100 * churn.min():.1f}-{100 * churn.max():.1f} %). Of the"
    yield f"tickets on which two models differ, both are wrong on {100 * both_wrong:.0f} % (simulated worlds: 20 %)."


def _spread(name: str, values: Shares) -> str:
    told = (values.mean(), values.std(ddof=1), values.min(), values.max())
    return f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in told)} |"


def _noise(retrains: Retrains, f1_mk: Shares) -> Iterator[str]:
    labels_n, codes_mn = retrains.labels_n, retrains.codes_mn
    champion, candidate = (np.array(side) for side in zip(*retrains.pairs, strict=True))
    delta_pk = f1_mk[candidate] - f1_mk[champion]
    churn = float((codes_mn[champion] != codes_mn[candidate]).mean())
    yield "**Noise of the change of F1**, in points, against the rule 0.7 sqrt(churn / n)"
    yield from ("", "| intent | tickets | mean F1 | own churn | sd measured | rule, churn of all | rule, own churn |")
    yield "| --- " * 7 + "|"
    for index, name in enumerate(NAMES):
        own = labels_n == index
        if not own.any():
            yield f"| {name} | 0 | | | | | |"
            continue
        n, own_churn = int(own.sum()), float((codes_mn[champion][:, own] != codes_mn[candidate][:, own]).mean())
        sd = float(np.sqrt((delta_pk[:, index] ** 2).mean()))
        rules = (0.7 * (rate / n) ** 0.5 for rate in (churn, own_churn))
        points = " | ".join(f"{100 * value:.1f}" for value in (sd, *rules))
        yield f"| {name} | {n} | {100 * f1_mk[:, index].mean():.1f} | {100 * own_churn:.1f} % | {points} |"


def _shares(judged: dict[str, dict[Pair, Verdict]], retrains: Retrains, f1_mk: Shares) -> Iterator[str]:
    yield "**Verdicts**, in % of pairs"
    yield ""
    head = " | ".join(f"{decision} {which}" for which in ("all", "disjoint") for decision in Decision)
    yield f"| gate | {head} |"
    yield "| --- " * 7 + "|"
    for name, verdicts in judged.items():
        told = []
        for pairs in (retrains.pairs, retrains.disjoint):
            found = Counter(verdicts[pair].overall for pair in pairs)
            told += [f"{100 * found[decision] / len(pairs):.1f}" for decision in Decision]
        yield f"| {name} | {' | '.join(told)} |"
    for name, allowed in (
        ("naive: no intent may drop", 0.0),
        (f"fixed tolerance of {100 * TOLERANCE:.0f} points", TOLERANCE),
    ):
        told = []
        for pairs in (retrains.pairs, retrains.disjoint):
            blocked = np.mean([bool((f1_mk[b] - f1_mk[a] < -allowed).any()) for a, b in pairs])
            told += [f"{100 * (1 - blocked):.1f}", "", f"{100 * blocked:.1f}"]
        yield f"| {name} | {' | '.join(told)} |"


def _exchanged(retrains: Retrains, settings: dict[str, GateParams]) -> Iterator[str]:
    """Verdicts on pairs made equal: on every ticket a coin decides whose answer is the champion's."""
    unordered = [(a, b) for a, b in retrains.pairs if a < b]
    yield f"**The same answers, made equal**, in %: {COINS} draws of each of the {len(unordered)} unordered pairs."
    yield "On every ticket a coin decides which of the two models is called champion, so neither side can be the better"
    yield "one and BLOCK is a false alarm. The flips, their places and the intents' sizes stay those of real models."
    yield ""
    yield f"| gate | {' | '.join(Decision)} | {' | '.join(f'intent {outcome}' for outcome in Outcome)} |"
    yield "| --- " * (1 + len(Decision) + len(Outcome)) + "|"
    for name, params in settings.items():
        rng = np.random.default_rng(1)
        verdicts = [_equal(retrains, pair, params, rng) for pair in unordered for _ in range(COINS)]
        overall = Counter(verdict.overall for verdict in verdicts)
        intents = Counter(one.verdict for verdict in verdicts for one in verdict.intents.values())
        told = [overall[decision] / overall.total() for decision in Decision]
        told += [intents[outcome] / intents.total() for outcome in Outcome]
        yield f"| {name} | {' | '.join(f'{100 * share:.1f}' for share in told)} |"


def _equal(retrains: Retrains, pair: Pair, params: GateParams, rng: np.random.Generator) -> Verdict:
    one, other = (retrains.answers[model] for model in pair)
    heads = {ticket.id for ticket in retrains.frozen if rng.random() < 0.5}
    champion = {name: (one if name in heads else other)[name] for name in one}
    candidate = {name: (other if name in heads else one)[name] for name in one}
    return judge(retrains.frozen, candidate, champion, None, params)


def _causes(judged: dict[str, dict[Pair, Verdict]]) -> Iterator[str]:
    yield "**What blocks**: answers REGRESSED over all ordered pairs; a blocked pair may have several"
    found = {name: Counter(_regressed(verdicts.values())) for name, verdicts in judged.items()}
    causes = sorted({cause for counts in found.values() for cause in counts})
    if not causes:
        yield from ("", "Nothing.")
        return
    yield from ("", f"| intent | reason | {' | '.join(found)} |", "| --- " * (2 + len(found)) + "|")
    for intent, reason in causes:
        yield f"| {intent} | {reason} | {' | '.join(str(counts[intent, reason]) for counts in found.values())} |"


def _regressed(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    for verdict in verdicts:
        for name, intent in verdict.intents.items():
            if intent.verdict is Outcome.REGRESSED:
                yield name, intent.reason.value.replace("_", " ")
        if verdict.accuracy and verdict.accuracy.verdict is Outcome.REGRESSED:
            yield "accuracy", verdict.accuracy.reason.value


def main() -> None:
    """Read, judge every ordered pair under every setting, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    retrains = read(parser.parse_args().folder)
    f1_mk = np.array([f1_of(retrains.labels_n, codes_n) for codes_n in retrains.codes_mn])
    published = section(PARAMS, "gate", into=GateParams)
    settings = {
        f"{100 * margin:.0f} points{guard}": replace(published, margin=margin, margins={}, costly_intents=costly)
        for margin in MARGINS
        for guard, costly in (("", ()), (", costly guarded", published.costly_intents))
    }
    judged = {name: _judged(retrains, params) for name, params in settings.items()}
    parts = (
        _models(retrains, f1_mk),
        _noise(retrains, f1_mk),
        _shares(judged, retrains, f1_mk),
        _exchanged(retrains, settings),
        _causes(judged),
    )
    sys.stdout.write("\n\n".join("\n".join(part) for part in parts) + "\n")


if __name__ == "__main__":
    main()
