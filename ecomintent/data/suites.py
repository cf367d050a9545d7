"""Which of a suite's rules a row answers alone, and what the others need to see: a table is judged in parts."""

from collections.abc import Iterator
from typing import Any, Final

ROW_RULES: Final = frozenset(
    f"expect_column_{rest}"
    for rest in (
        "values_to_not_be_null",
        "values_to_be_null",
        "values_to_be_in_set",
        "values_to_not_be_in_set",
        "values_to_be_between",
        "values_to_match_regex",
        "values_to_not_match_regex",
        "values_to_match_regex_list",
        "values_to_not_match_regex_list",
        "value_lengths_to_be_between",
        "value_lengths_to_equal",
        "values_to_match_strftime_format",
        "pair_values_to_be_equal",
        "pair_values_a_to_be_greater_than_b",
    )
)
"""Types whose verdict on a row depends on nothing but that row. Any other is judged on all rows at once."""


def by_row(expectation: dict[str, Any]) -> bool:
    """Whether it may be judged some rows at a time."""
    return expectation["type"] in ROW_RULES


def columns_named(expectation: dict[str, Any]) -> frozenset[str] | None:
    """The columns it looks at; None where that cannot be told, and it may look at all."""
    kwargs = expectation["kwargs"]
    if isinstance(kwargs.get("row_condition"), str):
        return None
    named = {name for key in ("column", "column_A", "column_B") if isinstance(name := kwargs.get(key), str)}
    if isinstance(kwargs.get("column_list"), list):
        named.update(kwargs["column_list"])
    return frozenset({*named, *_conditioned(kwargs.get("row_condition"))})


def _conditioned(condition: Any) -> Iterator[str]:
    """The columns of a row condition, however it is nested."""
    if isinstance(condition, dict):
        column = condition.get("column")
        if isinstance(column, dict) and isinstance(column.get("name"), str):
            yield column["name"]
        for value in condition.values():
            yield from _conditioned(value)
    elif isinstance(condition, list):
        for value in condition:
            yield from _conditioned(value)
