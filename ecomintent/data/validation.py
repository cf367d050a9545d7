"""Great Expectations at work: suites from JSON, rows that fail one, tables that may not fail. Its only home."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.expectations.registry import list_registered_expectation_implementations

from ecomintent.data.findings import Checked, Finding, Suite, refused_rows, settled, stop_of
from ecomintent.errors import InputError

SEVERITIES: Final = ("critical", "warning")
KEYS: Final = frozenset({"type", "kwargs", "severity", "meta"})


def load_suite(path: Path) -> Suite:
    """Read expectations/NAME.json.

    Raises:
        InputError: absent, not JSON, empty, or an expectation that Great Expectations would leave out
            without a word (unknown type or severity), refuses (kwargs), or that has no sentence.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        name, expectations = str(raw["name"]), tuple(raw["expectations"])
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
    _assembled(suite)
    return suite


def check(frame: pd.DataFrame, suite: Suite, *, parameters: Mapping[str, Any]) -> Checked:
    """Sort the rows of `frame` into kept and refused; those kept must hold the whole suite, or it says `stop`.

    Args:
        frame: (n, columns); rows are named by position, whatever the index.
        parameters: values for the suite's {"$PARAMETER": name}.
    """
    numbered = frame.reset_index(drop=True)
    before = after = _run(numbered, suite, parameters)
    refused = refused_rows(before)
    kept = tuple(row for row in range(len(numbered)) if row not in refused)
    if refused:
        # Rules about the table are about the rows that go on: 200 unusable tickets are no tickets.
        after = _run(numbered.loc[list(kept)], suite, parameters)
    outcomes = settled(before, after, refused)
    return Checked(kept=kept, refused=refused, outcomes=outcomes, stop=stop_of(outcomes, refused))


def require(frame: pd.DataFrame, suite: Suite, *, parameters: Mapping[str, Any]) -> Checked:
    """Check a table from which no row may be taken: rows that fail are the table's failure."""
    findings = _run(frame.reset_index(drop=True), suite, parameters)
    outcomes = settled(findings, findings, {})
    return Checked(kept=tuple(range(len(frame))), refused={}, outcomes=outcomes, stop=stop_of(outcomes, {}))


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


def _assembled(suite: Suite) -> Any:
    # Results come back in another order; the position in meta leads back to the file.
    numbered = [
        {**expectation, "meta": {**expectation["meta"], "position": position}}
        for position, expectation in enumerate(suite.expectations)
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


def _run(frame: pd.DataFrame, suite: Suite, parameters: Mapping[str, Any]) -> list[Finding]:
    """How the table stands to each expectation, in the order of the file; rows are named by the frame's index."""
    context = gx.get_context(mode="ephemeral", project_config=_quiet())
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset(suite.name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": frame})
    answer = batch.validate(
        _assembled(suite), result_format={"result_format": "COMPLETE"}, expectation_parameters=dict(parameters)
    )
    by_position = sorted(answer.results, key=lambda result: int(result.expectation_config.meta["position"]))
    return [_finding(suite, result) for result in by_position]


def _quiet() -> DataContextConfig:
    """In memory, no documentation site, no bars drawn into logs, nothing sent anywhere."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars={"globally": False},
        analytics_enabled=False,
    )


def _finding(suite: Suite, result: Any) -> Finding:
    expectation = suite.expectations[int(result.expectation_config.meta["position"])]
    found: dict[str, Any] = result.result or {}
    rows: tuple[int, ...] | None = None
    if "unexpected_index_list" in found:
        rows = tuple(sorted({int(row) for row in found["unexpected_index_list"]}))
        observed = f"{len(rows)} of {found['element_count']} rows"
        # A share is nobody's row.
        observed += f", the first is row {rows[0] + 1}" if rows and "mostly" not in expectation["kwargs"] else ""
    elif "observed_value" in found:
        observed = _value(found, held=bool(result.success))
    else:
        observed = f"nothing: {_cause(result.exception_info)}"
    return Finding(suite=suite.name, expectation=expectation, held=bool(result.success), rows=rows, observed=observed)


def _value(found: Mapping[str, Any], *, held: bool) -> str:
    """What a rule about the table saw: the columns that differ, or a number."""
    if isinstance(found["observed_value"], list) and held:
        return f"{len(found['observed_value'])} columns"
    mismatched = found.get("details", {}).get("mismatched", {})
    for key, said in (("missing", "missing"), ("unexpected", "not expected")):
        if mismatched.get(key):
            return f"{', '.join(mismatched[key])} {said}"
    value = found["observed_value"]
    return str(round(float(value), 4)) if isinstance(value, float) else str(value)


def _cause(exception_info: Any) -> str:
    """The message of an expectation that could not be evaluated: directly in the dict, or one level below."""
    levels = [exception_info, *exception_info.values()]
    told = (level.get("exception_message") for level in levels if isinstance(level, dict))
    return " ".join(str(next((message for message in told if message), "no reason given")).split())
