"""What a suite says of a table, in our words: how each expectation stands, rows refused, what stops a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class Outcome(StrEnum):
    """What an expectation did to the table."""

    HELD = "held"
    LEFT_OUT = "left out"
    """Critical, about rows: those that fail it are refused, the others go on."""
    WARNED = "warned"
    STOPPED = "stopped"
    """Critical, and about the whole table or about rows that may not be taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The expectations of one file, in its order."""

    name: str
    where: str
    """The file, for messages."""
    expectations: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """An expectation of severity `warning` that does not hold; the table is taken nevertheless."""

    suite: str
    expectation: str
    sentence: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One expectation of a suite, and how the table stands to it."""

    suite: str
    expectation: dict[str, Any]
    held: bool
    rows: npt.NDArray[np.int64] | None
    """Failing positions, ascending (a rule with `mostly` holds with some); None for a rule about the whole table."""
    observed: str
    """What was found; never a text."""

    @property
    def critical(self) -> bool:
        """Whether rows are refused for it, or the table if it names none."""
        return bool(self.expectation["severity"] == "critical")

    @property
    def refuses(self) -> bool:
        """Whether single rows are at fault, gravely."""
        return self.critical and not self.held and self.rows is not None

    @property
    def sentence(self) -> str:
        """What is wrong, for a person."""
        return str(self.expectation["meta"]["sentence"])

    @property
    def named(self) -> str:
        """The expectation's type and column."""
        column = self.expectation["kwargs"].get("column")
        return f"{self.expectation['type']} on {column}" if column else str(self.expectation["type"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a suite sorts the rows of a table."""

    kept: npt.NDArray[np.bool_]
    """(n,): whether the row fails nothing critical."""
    refused: dict[int, str]
    """Position -> the sentences of everything critical that the row fails."""
    outcomes: tuple[tuple[Finding, Outcome], ...]
    """Every expectation, in the order of the file."""
    stop: str
    """Why the table may not be used, in one line; empty where it may."""

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """Everything that does not hold and is not critical."""
        return tuple(
            Warned(suite=found.suite, expectation=found.named, sentence=found.sentence, observed=found.observed)
            for found, outcome in self.outcomes
            if outcome is Outcome.WARNED
        )


def refused_rows(findings: Sequence[Finding]) -> dict[int, str]:
    """Position -> the sentences of everything critical that the row fails, positions ascending."""
    at_fault = [
        (finding.sentence, finding.rows) for finding in findings if finding.refuses and finding.rows is not None
    ]
    if not at_fault:
        return {}
    # Rows that fail the same rules share one string.
    rows = np.concatenate([positions for _, positions in at_fault])
    rules = np.repeat(np.arange(len(at_fault)), [len(positions) for _, positions in at_fault])
    order = np.lexsort((rules, rows))
    reasons: dict[tuple[int, ...], str] = {}
    refused: dict[int, str] = {}
    distinct, starts = np.unique(rows[order], return_index=True)
    for row, broken in zip(distinct.tolist(), np.split(rules[order], starts[1:]), strict=True):
        key = tuple(broken.tolist())
        refused[row] = reasons.setdefault(key, " ".join(at_fault[rule][0] for rule in key))
    return refused


def settled(
    before: Sequence[Finding], after: Sequence[Finding], refused: Mapping[int, str]
) -> tuple[tuple[Finding, Outcome], ...]:
    """Each expectation's outcome.

    Args:
        before: of all rows.
        after: of the rows that go on; `before` itself where none was refused or none may be.
        refused: as `refused_rows` gives it; empty where no row may be taken out.
    """
    return tuple(_settled(whole, rest, bool(refused)) for whole, rest in zip(before, after, strict=True))


def stop_of(outcomes: Sequence[tuple[Finding, Outcome]], refused: Mapping[int, str]) -> str:
    """One line for the first outcome that stops the run; empty where none does."""
    finding = next((found for found, outcome in outcomes if outcome is Outcome.STOPPED), None)
    if finding is None:
        return ""
    note = ""
    if refused:
        often, _ = Counter(refused.values()).most_common(1)[0]
        note = f"; {len(refused)} rows were refused before, most often: {often}"
    return f"suite {finding.suite}: {finding.sentence} ({finding.named} observed {finding.observed}{note})"


def _settled(whole: Finding, rest: Finding, rows_were_refused: bool) -> tuple[Finding, Outcome]:
    if rest.critical and not rest.held:
        return rest, Outcome.STOPPED
    if rows_were_refused and whole.refuses:
        return whole, Outcome.LEFT_OUT
    return rest, Outcome.HELD if rest.held else Outcome.WARNED
