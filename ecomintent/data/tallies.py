"""What Great Expectations answered about the parts of a table, put together as one finding for each expectation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ecomintent.data.findings import Finding, Suite


class Tally:
    """One rule about rows, over the parts of a table."""

    def __init__(self, suite: Suite, position: int) -> None:
        self._suite, self._position = suite, position
        self._elements = self._considered = 0
        self._rows: list[npt.NDArray[np.int64]] = []
        self._fault = ""

    def add(self, result: Any) -> None:
        """The answer about one more part."""
        found: dict[str, Any] = result.result or {}
        if "unexpected_index_list" not in found:
            self._fault = self._fault or _cause(result.exception_info)
            return
        self._elements += found["element_count"]
        # Absent values are no case of most rules; the rules about absence itself do not tell a missing_count.
        self._considered += found["element_count"] - (found.get("missing_count") or 0)
        self._rows.append(np.unique(np.array(found["unexpected_index_list"] or [], dtype=np.int64)))

    def finding(self) -> Finding:
        """The answer about the whole."""
        expectation = self._suite.expectations[self._position]
        if self._fault:
            return _finding(self._suite, self._position, held=False, rows=None, observed=f"nothing: {self._fault}")
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *self._rows])
        # As Great Expectations decides for the parts: the share of the cases that are as expected.
        held = not self._considered or (self._considered - len(rows)) / self._considered >= expectation["kwargs"].get(
            "mostly", 1
        )
        observed = f"{len(rows)} of {self._elements} rows"
        # A share is nobody's row.
        observed += f", the first is row {rows[0] + 1}" if len(rows) and "mostly" not in expectation["kwargs"] else ""
        return _finding(self._suite, self._position, held=bool(held), rows=rows, observed=observed)


def of_table(suite: Suite, position: int, result: Any) -> Finding:
    """The answer about a table that was judged as one."""
    if "unexpected_index_list" in (result.result or {}):
        tally = Tally(suite, position)
        tally.add(result)
        return tally.finding()
    found: dict[str, Any] = result.result or {}
    if "observed_value" in found:
        observed = _value(found, held=bool(result.success))
    else:
        observed = f"nothing: {_cause(result.exception_info)}"
    return _finding(suite, position, held=bool(result.success), rows=None, observed=observed)


def _finding(suite: Suite, position: int, *, held: bool, rows: npt.NDArray[np.int64] | None, observed: str) -> Finding:
    return Finding(suite=suite.name, expectation=suite.expectations[position], held=held, rows=rows, observed=observed)


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
