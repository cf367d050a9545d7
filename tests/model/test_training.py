"""What training promises, on a two-layer encoder and a handful of tickets."""

import json
import logging
from dataclasses import replace

import pytest
import torch

from ecomintent import files
from ecomintent.errors import InputError
from ecomintent.model import encoding, trained
from ecomintent.model.training import Rows, precision_of, train
from ecomintent.params import ModelParams, TrainParams
from tests.unit.model.small import save_base

pytestmark = pytest.mark.slow

TICKETS = {
    "where is my parcel": "WISMO",
    "parcel where": "WISMO",
    "refund is charged": "BILLING_DISPUTE",
    "charged twice": "BILLING_DISPUTE",
    "cancel my order": "CANCEL_ORDER",
    "order cancel": "CANCEL_ORDER",
    "hello": "OTHER",
    "is broken": "DAMAGED_ITEM",
}
ROWS = Rows(texts=list(TICKETS), intents=list(TICKETS.values()), weights=[1.0] * len(TICKETS))

PARAMS = TrainParams(
    seed=7,
    threads=2,
    precision="fp32",
    epochs=60,
    patience=60,
    batch_size=4,
    learning_rate=0.01,
    warmup_fraction=0.1,
    weight_decay=0.01,
    dropout=0.0,
    label_smoothing=0.0,
    class_weight_power=0.5,
)
SHORT = replace(PARAMS, epochs=3, label_smoothing=0.05)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return ModelParams(base=str(save_base(tmp_path_factory.mktemp("bases") / "small")), max_tokens=16)


@pytest.fixture(scope="module")
def overfitted(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("releases") / "overfitted"
    return folder, train(ROWS, ROWS, folder, model=model, train=PARAMS)


def answers(folder, texts):
    model, tokenizer, note = trained.load(folder)
    logits_nk = trained.logits(model, encoding.tokenise(tokenizer, texts, note.max_tokens))
    return [note.intents[best] for best in logits_nk.argmax(axis=1)]


def test_a_two_layer_encoder_learns_eight_tickets_by_heart(overfitted):
    folder, told = overfitted

    assert answers(folder, ROWS.texts) == ROWS.intents
    assert told.epochs[told.best_epoch - 1].validation_macro_f1 == 1.0


def test_the_first_of_the_best_epochs_is_kept_though_training_went_on(overfitted):
    _, told = overfitted
    scores = [epoch.validation_macro_f1 for epoch in told.epochs]

    assert told.best_epoch == 1 + scores.index(max(scores))
    assert len(told.epochs) > told.best_epoch


def test_auto_precision_is_decided_once_and_the_log_says_how(model, tmp_path):
    told = train(ROWS, ROWS, tmp_path / "release", model=model, train=replace(SHORT, epochs=1, precision="auto"))

    assert told.precision == precision_of("auto")
    assert told.precision in ("fp32", "bf16")


def test_training_stops_when_patience_runs_out(model, tmp_path):
    impatient = replace(PARAMS, learning_rate=0.0, patience=2)

    told = train(ROWS, ROWS, tmp_path / "release", model=model, train=impatient)

    assert (len(told.epochs), told.best_epoch) == (3, 1)


def test_half_precision_of_a_gpu_is_full_precision_without_one_and_the_log_says_so(
    model, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    half = replace(SHORT, epochs=1, precision="fp16")

    told = train(ROWS, ROWS, tmp_path / "half", model=model, train=half)
    full = train(ROWS, ROWS, tmp_path / "full", model=model, train=replace(half, precision="fp32"))

    assert told == full
    assert told.precision == "fp32"
    assert files.folder_digest(tmp_path / "half") == files.folder_digest(tmp_path / "full")
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warned == ["train precision=fp32: params.yaml asks for fp16, which needs a GPU, and there is none"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: on a processor fp16 is fp32")
def test_half_precision_learns_the_tickets_by_heart_on_a_gpu(model, tmp_path):
    told = train(ROWS, ROWS, tmp_path / "release", model=model, train=replace(PARAMS, precision="fp16"))

    assert told.precision == "fp16"
    assert answers(tmp_path / "release", ROWS.texts) == ROWS.intents


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_same_seed_and_threads_give_the_same_bytes(model, tmp_path, precision):
    params = replace(SHORT, precision=precision)

    first = train(ROWS, ROWS, tmp_path / "first", model=model, train=params)
    second = train(ROWS, ROWS, tmp_path / "elsewhere" / "second", model=model, train=params)

    assert files.folder_digest(tmp_path / "first") == files.folder_digest(tmp_path / "elsewhere" / "second")
    assert first == second


def test_another_seed_gives_other_weights(model, tmp_path):
    train(ROWS, ROWS, tmp_path / "first", model=model, train=SHORT)
    train(ROWS, ROWS, tmp_path / "second", model=model, train=replace(SHORT, seed=8))

    assert files.folder_digest(tmp_path / "first") != files.folder_digest(tmp_path / "second")


@pytest.mark.parametrize(("weights", "winner"), [([1, 5], "WISMO"), ([5, 1], "OTHER")])
def test_the_heavier_of_two_contradicting_rows_is_learned(model, tmp_path, weights, winner):
    # One epoch, so that the choice of the best epoch has no part in it; the rows are repeated to make it long enough.
    disputed = Rows(texts=["hello"] * 200, intents=["OTHER", "WISMO"] * 100, weights=weights * 100)
    one_epoch = replace(PARAMS, epochs=1, class_weight_power=0)

    train(disputed, disputed, tmp_path / "release", model=model, train=one_epoch)

    assert answers(tmp_path / "release", ["hello"]) == [winner]


def test_a_release_works_in_the_plain_transformers_pipeline(overfitted):
    from transformers import pipeline

    folder, _ = overfitted

    labels = [found["label"] for found in pipeline("text-classification", model=str(folder))(list(ROWS.texts))]

    assert labels == answers(folder, ROWS.texts)


def test_a_release_names_its_base_without_a_path(overfitted, model):
    folder, told = overfitted

    assert json.loads((folder / "release.json").read_text())["base"] == told.base == "small"


def test_progress_is_one_tick_per_step_and_one_log_line_per_epoch_and_stdout_stays_clean(
    model, tmp_path, capfd, caplog
):
    ticks = []

    def track(items, label):
        for item in items:
            ticks.append(label)
            yield item

    caplog.set_level(logging.INFO, logger="ecomintent")
    train(ROWS, ROWS, tmp_path / "release", model=model, train=SHORT, track=track)

    assert ticks == ["train"] * 6
    lines = [record.getMessage().split(" loss=")[0] for record in caplog.records]
    assert lines[:3] == ["train epoch=1 of=3", "train epoch=2 of=3", "train epoch=3 of=3"]
    assert capfd.readouterr() == ("", "")


def test_the_process_is_left_as_it_was(model, tmp_path):
    import torch
    from transformers.utils import logging as library

    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), library.get_verbosity()

    train(ROWS, ROWS, tmp_path / "release", model=model, train=replace(SHORT, epochs=1, threads=1))

    after = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), library.get_verbosity()
    assert after == before


@pytest.mark.parametrize(("rows", "validation", "where"), [(0, 8, "training rows"), (8, 0, "validation rows")])
def test_without_rows_there_is_no_training(model, tmp_path, rows, validation, where):
    def some(count):
        return Rows(texts=ROWS.texts[:count], intents=ROWS.intents[:count], weights=ROWS.weights[:count])

    with pytest.raises(InputError, match=f"^{where}: there are none"):
        train(some(rows), some(validation), tmp_path / "release", model=model, train=SHORT)
