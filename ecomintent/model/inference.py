"""Put an intent on texts with a release. Needs onnxruntime and tokenizers, and neither torch nor transformers.

Tickets are answered one at a time. int8 activations are scaled over everything in a run, so that a ticket in a batch
would be answered according to its neighbours; alone it gets the same answer in the gate and in the shop. It costs
little: on one core 484 tickets/s alone, 595 in batches of 8, 342 in batches of 64 (docs/decisions/0012-export.md).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ecomintent import files
from ecomintent.errors import ReleaseError
from ecomintent.model import release_folder, tokens
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.progress import Track, silently
from ecomintent.records import Prediction
from ecomintent.taxonomy import chain

ERRORS_ONLY: Final = 3

SLOWER: Final = ("SkipLayerNormFusion",)
"""Fusions of onnxruntime that cost time: on 73 x 384 values its fused addition and normalisation takes 141 us on one
core, the two operators 5 and 16 us."""


class Classifier:
    """A loaded release. Reads nothing but its folder: no hub, no network."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, note: ReleaseNote) -> None:
        self._session, self._tokenizer = session, tokenizer
        self.note = note
        version = chain().version(note.taxonomy)
        self._names = version.names if version else note.intents

    @classmethod
    def load(cls, folder: Path, expected_digest: str | None, *, threads: int) -> Self:
        """Load the release at `folder`.

        Args:
            expected_digest: what `files.folder_digest` must say; None where nobody knows it yet.
            threads: cores that one ticket may keep busy.
        Raises:
            ReleaseError: absent, damaged, not the expected one, never exported, or of another taxonomy.
        """
        if not folder.is_dir():
            raise ReleaseError(f"{folder}: there is no release; run the step that makes it")
        if expected_digest is not None and (found := files.folder_digest(folder)) != expected_digest:
            raise ReleaseError(f"{folder}: its digest is {found}, expected {expected_digest}; fetch the release again")
        note = release_folder.read_note(folder)
        if _named(folder) != note.intents:
            raise ReleaseError(f"{folder}: config.json and {release_folder.NOTE} name other intents; fetch it again")
        tokenizer = tokens.load(folder, note.max_tokens)
        return cls(_session(folder, threads, outputs=len(note.intents)), tokenizer, note)

    def classify(self, texts: Sequence[str], *, track: Track = silently) -> list[Prediction]:
        """One prediction per text, in their order; scores are softmax probabilities at the release's temperature."""
        logits = [self._logits(text) for text in track(texts, "classify")]
        return [self._prediction(logits_k) for logits_k in logits]

    def read(self, text: str) -> tuple[Prediction, bool]:
        """The same for one text, and whether more of it was there than the model reads (`note.max_tokens`)."""
        ids, cut = tokens.ids_and_rest(self._tokenizer, text)
        return self._prediction(self._run(ids)), cut

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, k) before temperature and softmax; column j is intent j of the note."""
        rows = [self._logits(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, len(self.note.intents)), np.float32)

    def ids(self, text: str) -> list[int]:
        """Token ids of `text`, special tokens included, cut after as many as in training."""
        return tokens.ids(self._tokenizer, text)

    def _logits(self, text: str) -> NDArray[np.float32]:
        return self._run(self.ids(text))

    def _run(self, ids: list[int]) -> NDArray[np.float32]:
        ids_1t = np.array([ids], dtype=np.int64)
        found: NDArray[np.float32] = self._session.run(None, {release_folder.IDS: ids_1t})[0][0]
        return found

    def _prediction(self, logits_k: NDArray[np.float32]) -> Prediction:
        scores_k = softmax(logits_k / self.note.temperature)
        scores = dict.fromkeys(self._names, 0.0) | dict(zip(self.note.intents, scores_k.tolist(), strict=True))
        best = self.note.intents[int(scores_k.argmax())]
        return Prediction(intent=best, confidence=scores[best], scores=scores)


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Along the last axis, in float64."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def _named(folder: Path) -> tuple[str, ...]:
    """The intents by config.json."""
    path = folder / "config.json"
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        return tuple(labels[str(index)] for index in range(len(labels)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path}: damaged ({type(error).__name__}: {error}); fetch the release again") from error


def _session(folder: Path, threads: int, *, outputs: int) -> onnxruntime.InferenceSession:
    path = folder / release_folder.GRAPH
    if not path.is_file():
        raise ReleaseError(f"{folder}: {release_folder.GRAPH} is missing; fetch the release again")
    # It would write an identity of this machine to the user's folder, and complain where there is none.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=list(SLOWER)
        )
    # Each fault of a file is an exception class of its own there, with nothing but Exception in common.
    except Exception as error:
        said = str(error).splitlines()[0]
        raise ReleaseError(f"{path}: cannot be loaded ({said}); fetch the release again") from error
    inputs, found = [each.name for each in session.get_inputs()], session.get_outputs()[0].shape[-1]
    if inputs != [release_folder.IDS] or found != outputs:
        raise ReleaseError(
            f"{path}: takes {', '.join(inputs)} and gives {found} scores; a release takes {release_folder.IDS} and "
            f"gives {outputs}; fetch it again"
        )
    return session
