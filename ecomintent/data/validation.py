"""Great Expectations at work: suites from JSON, rows that fail one, tables that may not fail. Its only home.

Over 200 lines: suites, rows and tables are one judgement, in the only home of Great Expectations.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import great_expectations as gx
import numpy as np
import pandas as pd
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.expectations.registry import list_registered_expectation_implementations

from ecomintent.data.findings import Checked, Finding, Suite, refused_rows, settled, stop_of
from ecomintent.data.suites import by_row, columns_named
from ecomintent.data.suites_today import todays
from ecomintent.data.tallies import Tally, of_table
from ecomintent.errors import InputError

SEVERITIES: Final = ("critical", "warning")
KEYS: Final = frozenset({"type", "kwargs", "severity", "meta"})


class Framed(Protocol):
    """A table in parts."""

    num_rows: int

    def frames(self) -> Iterator[pd.DataFrame]:
        """All rows in order, as frames whose index is the position; at least one frame, if without rows."""
        ...


def load_suite(path: Path) -> Suite:
    """Read expectations/NAME.json.

    Raises:
        InputError: absent, not JSON, empty, or an expectation that Great Expectations would leave out
            without a word (unknown type or severity), refuses (kwargs), or that has no sentence.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        name, expectations = str(raw["name"]), todays(raw["expectations"])
    except FileNotFoundError as error:
        raise InputError("no such suite; restore it from the checkout", where=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"not a suite ({error}); it holds a name and a list of expectations", where=str(path)
        ) from error
    if not expectations:
        raise InputError("the suite is empty, which would accept any table; restore its expectations", where=str(path))
    known = set(list_registered_expectation_implementations())
    for number, expectation in enumerate(expectations, start=1):
        _well_formed(expectation, known, f"{path}: expectation {number}")
    suite = Suite(name=name, where=str(path), expectations=expectations)
    _assembled(suite, range(len(expectations)))
    return suite


def check(table: Framed | pd.DataFrame, suite: Suite, *, parameters: Mapping[str, Any]) -> Checked:
    """Sort the rows of a table into kept and refused; those kept must hold the whole suite, or it says `stop`.

    Args:
        table: rows are named by position, whatever the index of a frame.
        parameters: values for the suite's {"$PARAMETER": name}.
    """
    framed = _framed(table)
    before = after = _run(framed.frames(), suite, parameters)
    refused = refused_rows(before)
    kept = np.ones(framed.num_rows, dtype=np.bool_)
    kept[list(refused)] = False
    if refused:
        # Rules about the table are about the rows that go on: 200 unusable tickets are no tickets.
        after = _run((frame[kept[frame.index]] for frame in framed.frames()), suite, parameters)
    outcomes = settled(before, after, refused)
    return Checked(kept=kept, refused=refused, outcomes=outcomes, stop=stop_of(outcomes, refused))


def require(table: Framed | pd.DataFrame, suite: Suite, *, parameters: Mapping[str, Any]) -> Checked:
    """Check a table from which no row may be taken: rows that fail are the table's failure."""
    framed = _framed(table)
    findings = _run(framed.frames(), suite, parameters)
    outcomes = settled(findings, findings, {})
    kept = np.ones(framed.num_rows, dtype=np.bool_)
    return Checked(kept=kept, refused={}, outcomes=outcomes, stop=stop_of(outcomes, {}))


def _well_formed(expectation: Any, known: set[str], where: str) -> None:
    if not isinstance(expectation, dict) or set(expectation) != KEYS:
        raise InputError(f"it must have exactly the keys {', '.join(sorted(KEYS))}", where=where)
    if expectation["type"] not in known:
        raise InputError(
            f"{expectation['type']!r} is unknown to Great Expectations {gx.__version__}, which would leave it out",
            where=where,
        )
    if expectation["severity"] not in SEVERITIES:
        raise InputError(f"severity {expectation['severity']!r}; allowed are {', '.join(SEVERITIES)}", where=where)
    if not isinstance(expectation["meta"], dict) or not expectation["meta"].get("sentence"):
        raise InputError("meta.sentence is missing; it tells a person what is wrong", where=where)


def _assembled(suite: Suite, positions: Iterable[int]) -> Any:
    # Results come back in another order; the position in meta leads back to the file.
    numbered = [
        {**suite.expectations[position], "meta": {**suite.expectations[position]["meta"], "position": position}}
        for position in positions
    ]
    try:
        assembled = gx.ExpectationSuite(name=suite.name, expectations=numbered)
    except (ValueError, TypeError) as error:
        told = " ".join(str(error).split())
        raise InputError(f"Great Expectations refuses it: {told}", where=suite.where) from error
    if len(assembled.expectations) != len(numbered):
        raise InputError(
            f"{len(numbered)} expectations are written, {len(assembled.expectations)} were loaded; correct the others",
            where=suite.where,
        )
    return assembled


def _run(frames: Iterable[pd.DataFrame], suite: Suite, parameters: Mapping[str, Any]) -> list[Finding]:
    """How the table stands to each expectation, in the order of the file; rows are named by the frames' index.

    Rules that a row answers alone are judged frame by frame, so that only one frame is in memory; the others on one
    frame of all rows with just the columns that they name.
    """
    tallies = {at: Tally(suite, at) for at, rule in enumerate(suite.expectations) if by_row(rule)}
    whole = [at for at in range(len(suite.expectations)) if at not in tallies]
    judge = _Judge(suite, parameters)
    alone = _assembled(suite, tallies)
    narrow: list[pd.DataFrame] = []
    columns: list[str] = []
    for frame in frames:
        if len(frame) or not narrow:
            columns = list(frame.columns)
            for position, result in judge.answers(frame, alone) if tallies else ():
                tallies[position].add(result)
            narrow.append(frame[_seen(columns, [suite.expectations[at] for at in whole])])
    seen = _widened(narrow, columns)
    narrow.clear()
    told = judge.answers(seen, _assembled(suite, whole)) if whole else ()
    findings = {position: of_table(suite, position, result) for position, result in told}
    findings |= {position: tally.finding() for position, tally in tallies.items()}
    return [findings[position] for position in range(len(suite.expectations))]


class _Judge:
    """Great Expectations in memory, asked about one frame after another."""

    def __init__(self, suite: Suite, parameters: Mapping[str, Any]) -> None:
        context = gx.get_context(mode="ephemeral", project_config=_quiet())
        asset = context.data_sources.add_pandas("tables").add_dataframe_asset(suite.name)
        self._batches = asset.add_batch_definition_whole_dataframe("all")
        self._parameters = dict(parameters)

    def answers(self, frame: pd.DataFrame, assembled: Any) -> list[tuple[int, Any]]:
        """(position in the suite, result) of every expectation."""
        answer = self._batches.get_batch(batch_parameters={"dataframe": frame}).validate(
            assembled, result_format={"result_format": "COMPLETE"}, expectation_parameters=self._parameters
        )
        return [(int(result.expectation_config.meta["position"]), result) for result in answer.results]


def _seen(columns: Sequence[str], rules: Sequence[dict[str, Any]]) -> list[str]:
    """Those columns that the rules look at."""
    named = [columns_named(rule) for rule in rules]
    wanted = set(columns) if None in named else {name for each in named for name in each or ()}
    return [name for name in columns if name in wanted]


def _widened(narrow: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """One frame of all rows; columns that nobody looks at are there by name, as rules may ask which there are."""
    joined = pd.concat(narrow) if len(narrow) > 1 else narrow[0]
    unseen = pd.Categorical.from_codes(np.full(len(joined), -1, dtype=np.int8), categories=[])
    return pd.DataFrame(
        {name: joined[name] if name in joined.columns else unseen for name in columns}, index=joined.index
    )


def _framed(table: Framed | pd.DataFrame) -> Framed:
    return _Whole(table) if isinstance(table, pd.DataFrame) else table


class _Whole:
    """A frame that is in memory."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame.reset_index(drop=True)
        self.num_rows = len(frame)

    def frames(self) -> Iterator[pd.DataFrame]:
        yield self._frame


def _quiet() -> DataContextConfig:
    """In memory, no documentation site, no bars drawn into logs, nothing sent anywhere."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars={"globally": False},
        analytics_enabled=False,
    )
