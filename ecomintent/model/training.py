"""Fine-tune the encoder with the transformers Trainer. Same rows, params and machine: same weights to the bit.

Over 200 lines because of the Trainer's settings, which belong beside the loop they set.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import datasets
import torch
import transformers
from sklearn.metrics import f1_score

from ecomintent.errors import InputError
from ecomintent.model import encoding, parallel, release_folder
from ecomintent.model.encoding import Encoder
from ecomintent.model.progress_callback import Progress
from ecomintent.model.quiet import on_threads, quietly
from ecomintent.model.targets import soft_targets
from ecomintent.params import ModelParams, TrainParams
from ecomintent.progress import Track, silently

log = logging.getLogger(__name__)

BEST: Final = "macro_f1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Labelled texts, one entry each."""

    texts: Sequence[str]
    intents: Sequence[str]
    weights: Sequence[float]
    """Loss weight of the row, above 0. Validation ignores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """What one pass over the training rows gave."""

    epoch: int
    loss: float
    """Mean training loss, weights and smoothing included."""
    validation_macro_f1: float
    """Over the intents present or predicted, 0-1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLog:
    """A finished fine-tune."""

    base: str
    precision: str
    """What was computed in: fp32, bf16 or fp16."""
    rows: int
    validation_rows: int
    best_epoch: int
    """The epoch whose weights were kept; the first of equals."""
    epochs: tuple[Epoch, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def train(
    rows: Rows, validation: Rows, folder: Path, *, model: ModelParams, train: TrainParams, track: Track = silently
) -> TrainingLog:
    """Fine-tune `model.base` on `rows`, keep the epoch with the best validation macro-F1, write the release.

    Under `torchrun` or `accelerate launch` every process calls this and the first one writes.

    Raises:
        InputError: there are no rows to train or to validate on.
        EncoderError: the base cannot be loaded.
    """
    for found, where in ((rows, "training rows"), (validation, "validation rows")):
        if not found.texts:
            raise InputError("there are none; import more labels or raise prepare.validation_fraction", where=where)
    precision = precision_of(train.precision)
    with _deterministic(), on_threads(train.threads), parallel.shared_folder() as checkpoints:
        transformers.set_seed(train.seed)
        encoder = encoding.load(model.base, max_tokens=model.max_tokens)
        _drop(encoder.model, train.dropout)
        with quietly():
            trainer = _trainer(encoder, rows, validation, replace(train, precision=precision), checkpoints)
            trainer.add_callback(Progress(track))
            trainer.train()
        if parallel.is_first():
            release_folder.write(
                folder,
                model=trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False),
                tokenizer=encoder.tokenizer,
                base=encoder.name,
                max_tokens=encoder.max_tokens,
            )
    return _told(trainer.state, encoder.name, precision, rows, validation)


def precision_of(asked: str) -> str:
    """`fp32`, `bf16` or `fp16`; what is asked for but where the machine cannot.

    `auto` takes bf16 only where it is the faster one: elsewhere it is emulated and crawls. `fp16` without a GPU is fp32
    and says so in the log: half precision by fp16 needs a GPU's loss scaling, and a recipe should run anywhere.
    """
    if asked == "fp16" and not torch.cuda.is_available():
        log.warning("train precision=fp32: params.yaml asks for fp16, which needs a GPU, and there is none")
        return "fp32"
    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    able = torch.cpu.get_capabilities()
    return "bf16" if able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16") else "fp32"


def _drop(model: Any, share: float) -> None:
    """Every dropout of the network drops this share while it trains, whatever its configuration says."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share


def _trainer(
    encoder: Encoder, rows: Rows, validation: Rows, params: TrainParams, checkpoints: Path
) -> transformers.Trainer:
    targets_nk = soft_targets(
        rows.intents, rows.weights, smoothing=params.label_smoothing, class_power=params.class_weight_power
    )
    plain_nk = soft_targets(validation.intents, [1.0] * len(validation.texts), smoothing=0, class_power=0)
    trainer = transformers.Trainer(
        model=encoder.model,
        args=_arguments(params, checkpoints),
        train_dataset=_dataset(encoder, rows.texts, targets_nk),
        eval_dataset=_dataset(encoder, validation.texts, plain_nk),
        processing_class=encoder.tokenizer,
        data_collator=transformers.DataCollatorWithPadding(encoder.tokenizer),
        compute_loss_func=_weighted_cross_entropy,
        compute_metrics=_macro_f1,
        callbacks=[transformers.EarlyStoppingCallback(early_stopping_patience=params.patience)],
    )
    # It prints to stdout, which belongs to the stage's answer.
    trainer.remove_callback(transformers.PrinterCallback)
    return trainer


def _arguments(params: TrainParams, checkpoints: Path) -> transformers.TrainingArguments:
    return transformers.TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=params.epochs,
        per_device_train_batch_size=params.batch_size,
        per_device_eval_batch_size=2 * params.batch_size,
        learning_rate=params.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=params.warmup_fraction,  # below 1 it is a share of all steps
        weight_decay=params.weight_decay,
        bf16=params.precision == "bf16",
        fp16=params.precision == "fp16",
        use_cpu=not torch.cuda.is_available(),
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch",
        logging_strategy="epoch",
        save_strategy="best",
        save_only_model=True,
        save_total_limit=1,
        load_best_model_at_end=True,
        metric_for_best_model=BEST,
        greater_is_better=True,
        seed=params.seed,
        data_seed=params.seed,
        full_determinism=True,
        remove_unused_columns=True,
        label_names=["labels"],
        average_tokens_across_devices=False,
        ddp_find_unused_parameters=False,
        accelerator_config={"split_batches": True},  # batch_size counts all processes together
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )


def _dataset(encoder: Encoder, texts: Sequence[str], targets_nk: Any) -> datasets.Dataset:
    ids = encoding.tokenise(encoder.tokenizer, texts, encoder.max_tokens)
    return datasets.Dataset.from_dict({"input_ids": ids, "labels": targets_nk.tolist()})


def _weighted_cross_entropy(outputs: Any, labels: torch.Tensor, **_: Any) -> torch.Tensor:
    """Mean over the batch of the cross-entropy with `labels` (n, k), whose rows carry smoothing and weight."""
    log_probabilities_nk = torch.log_softmax(outputs["logits"].float(), dim=-1)
    return -(labels * log_probabilities_nk).sum(dim=-1).mean()


def _macro_f1(predicted: Any) -> dict[str, float]:
    answers_n, labels_n = predicted.predictions.argmax(-1), predicted.label_ids.argmax(-1)
    # Without `labels` scikit-learn averages over the intents that are present or predicted.
    return {BEST: float(f1_score(labels_n, answers_n, average="macro", zero_division=0))}


@contextmanager
def _deterministic() -> Iterator[None]:
    """The Trainer switches determinism on for the process; put it back afterwards."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    filling = memory.fill_uninitialized_memory
    # A tenth of the time, to guard against reading memory nobody wrote; nothing here does.
    memory.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        memory.fill_uninitialized_memory = filling


def _told(state: Any, base: str, precision: str, rows: Rows, validation: Rows) -> TrainingLog:
    losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
    scores = [entry[f"eval_{BEST}"] for entry in state.log_history if f"eval_{BEST}" in entry]
    epochs = tuple(
        Epoch(epoch=number, loss=round(loss, 6), validation_macro_f1=round(score, 6))
        for number, (loss, score) in enumerate(zip(losses, scores, strict=True), start=1)
    )
    best_epoch = 1 + scores.index(max(scores))
    log.info("train best_epoch=%d validation_macro_f1=%.4f rows=%d", best_epoch, max(scores), len(rows.texts))
    return TrainingLog(
        base=base,
        precision=precision,
        rows=len(rows.texts),
        validation_rows=len(validation.texts),
        best_epoch=best_epoch,
        epochs=epochs,
    )
