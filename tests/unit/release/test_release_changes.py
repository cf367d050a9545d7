"""What an approver is told about data, params and code since the champion."""

from dataclasses import replace

from ecomintent.records import Lineage
from ecomintent.release.changes import Making, between

LINEAGE = Lineage(
    git_commit="a" * 40,
    snapshot="b" * 64,
    corpus="c" * 64,
    frozen_set="d" * 64,
    params="e" * 64,
    lock="f" * 64,
    encoder="embedded",
    weights="0" * 64,
)
BEFORE = Making(lineage=LINEAGE, params={"train.epochs": 6}, rows={"training rows of WISMO": 120})


def test_every_difference_is_one_sentence_numbers_before_digests():
    after = Making(
        lineage=replace(LINEAGE, snapshot="1" * 64, git_commit="2" * 40),
        params={"train.epochs": 4, "train.seed": 7},
        rows={"training rows of WISMO": 150},
    )

    assert between(BEFORE, after) == [
        "training rows of WISMO: 120 → 150 (+30)",
        "params train.epochs: 6 → 4",
        "params train.seed: absent → 7",
        "digest of the corrections: bbbbbbbbbbbb → 111111111111",
        "code: aaaaaaaaaaaa → 222222222222",
    ]


def test_where_nothing_differs_it_says_so():
    assert between(BEFORE, BEFORE) == ["nothing: the same data, params and code"]
