"""What would train, and the columns that its suite asks about."""

from dataclasses import replace

import pandas as pd
import pytest
from data_rows import PARAMS, correction

from ecomintent.data import corpus, facts, parquet, snapshot, trainable
from ecomintent.data.trainable import Kept
from ecomintent.records import Provenance

GERMAN = "guten Tag, mein Paket ist leider immer noch nicht bei mir angekommen, wo bleibt es denn"
CORPUS = [("Where has my parcel gone?", "OTHER", "base"), ("a second text", "OTHER", "base")]


@pytest.fixture
def gather(tmp_path):
    """What would train of these corrections, all kept, and of `CORPUS`."""

    def kept(path, columns):
        rows = parquet.Rows(path, columns)
        known = facts.gathered(rows.batches())
        return Kept(rows=rows, facts=known, kept=known.told)

    def gathered(*corrections, corpus_weight=1.0, last_mix=None):
        snapshot.write(corrections, tmp_path / "snapshot.parquet")
        parquet.write(tmp_path / "corpus.parquet", corpus.COLUMNS, CORPUS)
        return trainable.gather(
            kept(tmp_path / "snapshot.parquet", snapshot.COLUMNS),
            kept(tmp_path / "corpus.parquet", corpus.COLUMNS),
            weights=PARAMS.provenance_weights,
            corpus_weight=corpus_weight,
            last_mix=last_mix or {},
        )

    return gathered


def rows_of(found):
    return pd.concat(found.frames()).to_dict("records")


def test_the_latest_correction_of_a_ticket_counts_and_none_without_weight(gather):
    first, bot = correction("1", created_at="2031-01-01"), correction("2", provenance=Provenance.BOT)

    found = gather(
        first,
        replace(first, created_at="2031-01-02", intent="OTHER"),
        bot,
        correction("3", ""),
        correction("4", created_at="soon"),
    )

    assert [(row["origin"], row["intent"]) for row in rows_of(found)] == [
        ("correction", "OTHER"),
        *[("corpus", "OTHER")] * 2,
    ]
    assert found.mix == {"OTHER": 1}


def test_a_corpus_without_weight_takes_no_part(gather):
    assert [row["origin"] for row in rows_of(gather(correction(), corpus_weight=0))] == ["correction"]


def test_an_equal_text_is_repeated_from_the_second_time_on_and_contradicted_where_the_intents_differ(gather):
    found = gather(correction("1"), correction("2", text="a second text", intent="OTHER"))

    assert [(row["text"], row["repeated_text"], row["contradicted"]) for row in rows_of(found)] == [
        ("where has my parcel gone", False, True),
        ("a second text", False, False),
        ("Where has my parcel gone?", True, True),
        ("a second text", True, False),
    ]


def test_a_foreign_ticket_is_marked_and_counted(gather):
    found = gather(correction("1", text=GERMAN))

    assert [row["unfit"] for row in rows_of(found)] == ["not_english", "", ""]
    assert found.counts() == {
        "corrections": 1,
        "corpus": 2,
        "intents": {"OTHER": 2, "WISMO": 1},
        "unfit": {"empty": 0, "auto_reply": 0, "not_english": 1},
    }


def test_the_shift_of_the_label_mix_is_in_every_row_and_zero_without_a_last_snapshot(gather):
    corrections = [correction(str(number), text=f"parcel {number}") for number in range(400)]

    moved, alone = gather(*corrections, last_mix={"WISMO": 100, "OTHER": 300}), gather(*corrections)

    assert 0.6 < moved.shift.beyond_chance < 0.75
    assert {row["label_mix_shift"] for row in rows_of(moved)} == {moved.shift.beyond_chance}
    assert {row["label_mix_shift"] for row in rows_of(alone)} == {0.0}
