"""The transformers Trainer as it comes, with the public baseline's settings: what train_speed measures against."""

import tempfile
from pathlib import Path
from typing import Any

import torch
import transformers

from ecomintent.model import encoding, release_folder
from ecomintent.model.encoding import Encoder
from ecomintent.model.quiet import on_threads, quietly
from ecomintent.model.training import Rows
from ecomintent.params import ModelParams, TrainParams
from ecomintent.taxonomy import IDS


def stock_train(rows: Rows, validation: Rows, folder: Path, *, model: ModelParams, train: TrainParams) -> None:
    """Fine-tune and write a release.

    Rows in random order, each batch padded to its longest, fp32 (fp16 on a GPU); optimizer and attention are those the
    library chooses. Weights of rows, smoothing and balance of intents are not heeded: the baseline has none.
    """
    transformers.set_seed(train.seed)
    encoder = encoding.load(model.base, max_tokens=model.max_tokens)
    # As the library would have loaded it; the product asks for another one.
    encoder.model.set_attn_implementation("sdpa")
    with quietly(), on_threads(train.threads), tempfile.TemporaryDirectory() as checkpoints:
        trainer = transformers.Trainer(
            model=encoder.model,
            args=_arguments(train, checkpoints),
            train_dataset=_dataset(encoder, rows),
            eval_dataset=_dataset(encoder, validation),
            processing_class=encoder.tokenizer,
            data_collator=transformers.DataCollatorWithPadding(encoder.tokenizer),
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
        release_folder.write(
            folder,
            model=trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False),
            tokenizer=encoder.tokenizer,
            base=encoder.name,
            max_tokens=encoder.max_tokens,
        )


def _arguments(train: TrainParams, checkpoints: str) -> transformers.TrainingArguments:
    return transformers.TrainingArguments(
        output_dir=checkpoints,
        num_train_epochs=train.epochs,
        per_device_train_batch_size=train.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=train.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=train.warmup_fraction,  # below 1 it is a share of all steps
        weight_decay=train.weight_decay,
        fp16=torch.cuda.is_available(),
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        eval_strategy="epoch",
        # Weights after each epoch, as the baseline keeps them; the optimizer's state, which it also writes, is spared.
        save_strategy="epoch",
        save_only_model=True,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        seed=train.seed,
        report_to="none",
        disable_tqdm=True,
    )


def _dataset(encoder: Encoder, rows: Rows) -> list[dict[str, Any]]:
    told = encoder.tokenizer(list(rows.texts), truncation=True, max_length=encoder.max_tokens)
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": IDS[intent]}
        for ids, mask, intent in zip(told["input_ids"], told["attention_mask"], rows.intents, strict=True)
    ]
