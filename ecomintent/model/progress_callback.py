"""The Trainer's events, told to a `Track` (steps) and to the log (epochs)."""

import logging
from collections.abc import Iterator
from typing import Any

from transformers import TrainerCallback

from ecomintent.progress import Track

log = logging.getLogger(__name__)


class Progress(TrainerCallback):  # type: ignore[misc]  # transformers is untyped here
    """One tick per step, one log line per epoch."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self._ticks: Iterator[int] = iter(())
        self._loss = float("nan")

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._ticks = iter(self._track(range(state.max_steps), "train"))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        next(self._ticks, None)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        self._loss = logs.get("loss", self._loss)

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> None:
        epoch, score = round(state.epoch), metrics["eval_macro_f1"]
        log.info(
            "train epoch=%d of=%d loss=%.4f validation_macro_f1=%.4f", epoch, args.num_train_epochs, self._loss, score
        )

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        # After an early stop the steps that were saved count as done: the line ends at 100 %.
        for _tick in self._ticks:
            pass
