from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_rows import correction
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data import parquet, snapshot
from ecomintent.errors import InputError
from ecomintent.records import Correction, Provenance

WORDS = st.text(st.sampled_from('ab \n,"é\U0001f4e6'), max_size=8)
CORRECTIONS = st.lists(
    st.builds(
        Correction,
        ticket_id=WORDS,
        text=WORDS,
        intent=WORDS,
        previous_intent=WORDS,
        created_at=WORDS,
        agent=WORDS,
        source=WORDS,
        provenance=st.sampled_from(Provenance),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=50)
@given(CORRECTIONS)
def test_equal_corrections_give_equal_bytes_and_come_back(tmp_path_factory, corrections):
    folder = tmp_path_factory.mktemp("snapshot")

    first = snapshot.write(corrections, folder / "first.parquet")
    second = snapshot.write([replace(c) for c in corrections], folder / "second.parquet")

    assert first == second
    assert (folder / "first.parquet").read_bytes() == (folder / "second.parquet").read_bytes()
    assert snapshot.read(folder / "first.parquet") == corrections


@pytest.mark.parametrize("name", snapshot.COLUMNS)
def test_any_other_value_gives_another_digest(tmp_path, name):
    changed = replace(correction(), **{name: Provenance.BOT if name == "provenance" else "else"})

    digests = {snapshot.write([c], tmp_path / "s.parquet").digest for c in (correction(), changed)}

    assert len(digests) == 2


def test_the_digest_is_of_the_rows_not_of_the_file_format(tmp_path):
    sealed = snapshot.write([], tmp_path / "s.parquet")

    assert (sealed.rows, sealed.short) == (0, "e3b0c44298fc")  # the SHA-256 of nothing


def test_the_schema_is_fixed_even_without_a_row(tmp_path):
    snapshot.write([], tmp_path / "s.parquet")

    schema = pq.read_schema(tmp_path / "s.parquet")
    assert schema.names == [
        "ticket_id", "text", "intent", "previous_intent", "created_at", "agent", "source", "account", "provenance"
    ]  # fmt: skip
    assert set(schema.types) == {pa.string()}
    assert schema.metadata is None


def test_an_absent_file_is_explained(tmp_path):
    with pytest.raises(InputError, match=r"s\.parquet: no such file; run the step that writes it"):
        snapshot.read(tmp_path / "s.parquet")


def test_a_cut_file_is_explained(tmp_path):
    path = tmp_path / "s.parquet"
    snapshot.write([correction()], path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(InputError, match="not a readable Parquet file"):
        snapshot.read(path)


def test_a_missing_column_is_named(tmp_path):
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "s.parquet")

    with pytest.raises(InputError, match=r"column ticket_id, intent, .* missing"):
        snapshot.read(tmp_path / "s.parquet")


def test_a_column_of_another_type_is_named(tmp_path):
    pq.write_table(pa.table({"text": [1]}), tmp_path / "s.parquet")

    with pytest.raises(InputError, match="column 'text' holds int64; it must hold string"):
        parquet.read(tmp_path / "s.parquet", snapshot.COLUMNS)


def test_category_columns_and_absent_values_of_pandas_are_text(tmp_path):
    table = pa.table({"text": pa.array(["a", "b", "a"]).dictionary_encode(), "agent": pa.nulls(3)})
    pq.write_table(table, tmp_path / "s.parquet")

    read = parquet.read(tmp_path / "s.parquet", {"text": "string", "agent": "string"})

    assert read.to_pydict() == {"text": ["a", "b", "a"], "agent": [None, None, None]}


def test_a_folder_name_with_an_equals_sign_adds_no_column(tmp_path):
    path = tmp_path / "source=other" / "s.parquet"
    snapshot.write([correction()], path)

    assert snapshot.read(path) == [correction()]
