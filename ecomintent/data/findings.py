"""What a suite says of a table, in our words: rows refused, warnings, the one line that stops a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecomintent.errors import ValidationFailed


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
class Checked:
    """How a suite sorts the rows of a table."""

    kept: tuple[int, ...]
    """Positions of the rows that fail nothing critical, ascending."""
    refused: dict[int, str]
    """Position -> the sentences of everything critical that the row fails."""
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One expectation that does not hold."""

    expectation: dict[str, Any]
    rows: tuple[int, ...] | None
    """Failing positions; None when the expectation is about the whole table or could not be evaluated."""
    observed: str
    """What was found instead; never a text."""

    @property
    def critical(self) -> bool:
        """Whether rows are refused for it, or the table if it names none."""
        return bool(self.expectation["severity"] == "critical")

    @property
    def sentence(self) -> str:
        """What is wrong, for a person."""
        return str(self.expectation["meta"]["sentence"])

    @property
    def named(self) -> str:
        """The expectation's type and column."""
        column = self.expectation["kwargs"].get("column")
        return f"{self.expectation['type']} on {column}" if column else str(self.expectation["type"])


def refused_rows(findings: Sequence[Finding]) -> dict[int, list[str]]:
    """Position -> the sentences of everything critical that the row fails, positions ascending."""
    refused: dict[int, list[str]] = {}
    for finding in findings:
        if finding.critical and finding.rows is not None:
            for row in finding.rows:
                refused.setdefault(row, []).append(finding.sentence)
    return dict(sorted(refused.items()))


def stop_on_critical(suite: Suite, findings: Sequence[Finding], refused: Mapping[int, Sequence[str]]) -> None:
    """Raise for the first critical finding; `refused` are the rows that were taken out before.

    Raises:
        ValidationFailed: there is one.
    """
    finding = next((finding for finding in findings if finding.critical), None)
    if finding is None:
        return
    note = ""
    if refused:
        often, _ = Counter(sentences[0] for sentences in refused.values()).most_common(1)[0]
        note = f"; {len(refused)} rows were refused before, most often: {often}"
    raise ValidationFailed(
        f"suite {suite.name}: {finding.sentence} ({finding.named} observed {finding.observed}{note})"
    )


def warnings(suite: Suite, findings: Sequence[Finding]) -> tuple[Warned, ...]:
    """Everything that does not hold and is not critical."""
    return tuple(
        Warned(suite=suite.name, expectation=found.named, sentence=found.sentence, observed=found.observed)
        for found in findings
        if not found.critical
    )
