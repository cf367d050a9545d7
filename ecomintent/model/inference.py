"""Put an intent on texts with a release."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from safetensors import SafetensorError

from ecomintent import files
from ecomintent.errors import ReleaseError
from ecomintent.model import release_folder
from ecomintent.model.encoding import knows_words, tokenise
from ecomintent.model.hub import in_short
from ecomintent.model.quiet import on_threads, quietly
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.progress import Track, silently
from ecomintent.records import Prediction
from ecomintent.taxonomy import NAMES


class Classifier:
    """A loaded release. Reads nothing but its folder: no hub, no network."""

    def __init__(self, model: Any, tokenizer: Any, note: ReleaseNote) -> None:
        self._model, self._tokenizer = model, tokenizer
        self.note = note

    @classmethod
    def load(cls, folder: Path, expected_digest: str | None) -> Self:
        """Load the release at `folder`.

        Args:
            expected_digest: what `files.folder_digest` must say; None where nobody knows it yet.
        Raises:
            ReleaseError: absent, damaged, not the expected one, or of another taxonomy.
        """
        if not folder.is_dir():
            raise ReleaseError(f"{folder}: there is no release; run the step that makes it")
        if expected_digest is not None and (found := files.folder_digest(folder)) != expected_digest:
            raise ReleaseError(f"{folder}: its digest is {found}, expected {expected_digest}; fetch the release again")
        note = release_folder.read_note(folder)
        return cls(*_loaded(folder, note), note)

    def classify(
        self, texts: Sequence[str], *, track: Track = silently, batch_size: int, threads: int
    ) -> list[Prediction]:
        """One prediction per text, in their order. Scores are softmax probabilities in float32, uncalibrated."""
        if not texts:
            return []
        scores_nk = self._scores(texts, track, batch_size, threads)
        predictions = []
        for scores_k in scores_nk:
            scores = dict.fromkeys(NAMES, 0.0) | dict(zip(self.note.intents, scores_k.tolist(), strict=True))
            best = self.note.intents[int(scores_k.argmax())]
            predictions.append(Prediction(intent=best, confidence=scores[best], scores=scores))
        return predictions

    def _scores(self, texts: Sequence[str], track: Track, batch_size: int, count: int) -> "np.ndarray[Any, Any]":
        """(n, k) float64; rows sum to 1."""
        ids = tokenise(self._tokenizer, texts, self.note.max_tokens)
        # Like lengths together: padding would be most of the work otherwise. The sort is stable, so repeatable.
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        scores_nk = np.zeros((len(ids), len(self.note.intents)))
        with on_threads(count), torch.inference_mode():
            for rows in track(batches, "classify"):
                batch = self._tokenizer.pad({"input_ids": [ids[row] for row in rows]}, return_tensors="pt")
                batch = batch.to(self._model.device)
                logits_nk = self._model(**batch).logits.double()
                scores_nk[rows] = logits_nk.softmax(dim=-1).cpu().numpy()
        return scores_nk


def _loaded(folder: Path, note: ReleaseNote) -> tuple[Any, Any]:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        with quietly():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, loading = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, output_loading_info=True
            )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ReleaseError(f"{folder}: cannot be loaded ({in_short(error)}); fetch the release again") from error
    if not knows_words(tokenizer):
        raise ReleaseError(f"{folder}: its tokenizer has no vocabulary; fetch the release again")
    # The library draws absent weights at random and carries on.
    if loading["missing_keys"] or loading["mismatched_keys"]:
        absent = sorted(map(str, (*loading["missing_keys"], *loading["mismatched_keys"])))
        raise ReleaseError(f"{folder}: weights are missing ({absent[0]} ...); fetch the release again")
    named = tuple(model.config.id2label[index] for index in range(model.config.num_labels))
    if named != note.intents:
        raise ReleaseError(f"{folder}: config.json and {release_folder.NOTE} name other intents; fetch it again")
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer
