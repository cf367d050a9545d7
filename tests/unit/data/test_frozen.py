from hypothesis import given
from hypothesis import strategies as st

from ecomintent.data.frozen import COLUMNS, sealed_digest

TICKETS = [
    {"id": "t1", "text": "where is it?", "label": "WISMO", "group": "g1", "provenance": "blind"},
    {"id": "t2", "text": "Grüße 🙂", "label": "OTHER", "group": "", "provenance": "confirmed"},
]


def test_the_seal_is_a_known_one():
    # By hand: sha256sum of two lines of JSON, no spaces after commas, everything but ASCII escaped.
    assert sealed_digest(TICKETS) == "7561316f6d869e62ecb534d11a2ddc488294a3f28e6daa63bddcb6f782bcde17"


@given(st.permutations(TICKETS))
def test_the_order_of_the_rows_does_not_matter(rows):
    assert sealed_digest(rows) == sealed_digest(TICKETS)


def test_null_and_empty_are_the_same_absence():
    assert sealed_digest([TICKETS[0], TICKETS[1] | {"group": None}]) == sealed_digest(TICKETS)


@given(st.sampled_from(sorted(COLUMNS)), st.integers(0, 1))
def test_any_changed_value_changes_the_seal(column, row):
    changed = [dict(ticket) for ticket in TICKETS]
    changed[row][column] += "x"

    assert sealed_digest(changed) != sealed_digest(TICKETS)


def test_the_seal_is_the_digest_under_which_the_frozen_set_is_written(tmp_path):
    from ecomintent.data import parquet
    from ecomintent.data.frozen_reading import FrozenRow, write_frozen

    sealed = write_frozen([FrozenRow(**ticket) for ticket in TICKETS], tmp_path / "frozen.parquet")

    assert sealed_digest(parquet.require(tmp_path / "frozen.parquet", COLUMNS)) == sealed.digest
