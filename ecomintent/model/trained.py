"""What the train stage left, as the torch model it is: to be exported, and to be compared with."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from ecomintent.errors import ReleaseError
from ecomintent.model import release_folder
from ecomintent.model.encoding import knows_words
from ecomintent.model.hub import in_short
from ecomintent.model.quiet import on_threads, quietly
from ecomintent.model.release_folder import ReleaseNote

AGAIN: Final = "run the train stage again"
TOGETHER: Final = 32


def load(folder: Path) -> tuple[Any, Any, ReleaseNote]:
    """Model (in evaluation mode), tokenizer and note.

    Raises:
        ReleaseError: absent, damaged, of another taxonomy, or weights are missing.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    if not folder.is_dir():
        raise ReleaseError(f"{folder}: there is no model; {AGAIN}")
    note = release_folder.read_note(folder)
    try:
        with quietly():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, loading = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, output_loading_info=True, attn_implementation="eager"
            )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ReleaseError(f"{folder}: cannot be loaded ({in_short(error)}); {AGAIN}") from error
    if not knows_words(tokenizer):
        raise ReleaseError(f"{folder}: its tokenizer has no vocabulary; {AGAIN}")
    # The library draws absent weights at random and carries on.
    if loading["missing_keys"] or loading["mismatched_keys"]:
        absent = sorted(map(str, (*loading["missing_keys"], *loading["mismatched_keys"])))
        raise ReleaseError(f"{folder}: weights are missing ({absent[0]} ...); {AGAIN}")
    return model.float().eval(), tokenizer, note


def logits(model: Any, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """(n, k), of tickets as token ids. Only tickets of equal length share a run: nothing is padded or masked."""
    logits_nk = np.zeros((len(ids), model.config.num_labels), dtype=np.float32)
    by_length = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    with on_threads(1), torch.inference_mode():
        for _, equal in groupby(by_length, key=lambda row: len(ids[row])):
            rows = list(equal)
            for start in range(0, len(rows), TOGETHER):
                some = rows[start : start + TOGETHER]
                found = model(input_ids=torch.tensor([list(ids[row]) for row in some])).logits
                logits_nk[some] = found.float().numpy()
    return logits_nk
