"""The fine-tuned torch model becomes the release: the same weights as an ONNX graph, held to the torch answers."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecomintent import files
from ecomintent.errors import InputError, ReleaseError
from ecomintent.model import encoding, graph, parity, release_folder, tokens, trained
from ecomintent.model.inference import Classifier
from ecomintent.model.parity import Parity
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.params import ExportParams

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """Labelled texts, one entry each."""

    texts: Sequence[str]
    intents: Sequence[str]


Noting = Callable[[ReleaseNote, NDArray[np.float32]], ReleaseNote]
"""From a release's note and its logits of the validation rows, (n, k), to the note it goes out with."""


def as_it_is(note: ReleaseNote, _: NDArray[np.float32]) -> ReleaseNote:
    """Nothing is calibrated."""
    return note


def export(model: Path, folder: Path, validation: Tickets, params: ExportParams, noting: Noting = as_it_is) -> Parity:
    """Write the release of `model` to `folder`, whole or not at all.

    Args:
        validation: held the training, and hold the release to the trained model.
        noting: puts temperature and thresholds into the note.
    Raises:
        InputError: there are no validation rows.
        ReleaseError: `model` is absent or damaged, or the release answers otherwise.
    """
    if not validation.texts:
        raise InputError("there are none; raise prepare.validation_fraction", where="validation rows")
    source, tokenizer, note = trained.load(model)
    ids = encoding.tokenise(tokenizer, validation.texts, note.max_tokens)
    trained_nk = trained.logits(source, ids)
    labels = [note.intents.index(intent) for intent in validation.intents]
    told: list[Parity] = []

    def fill(into: Path) -> None:
        for path in sorted(model.iterdir()):
            shutil.copyfile(path, into / path.name)
        _write_graph(source, into / release_folder.GRAPH, params.quantise)
        release = Classifier.load(into, None, threads=1)
        _same_ids(release, validation.texts, ids)
        logits_nk = release.logits(validation.texts)
        told.append(parity.compare(trained_nk, logits_nk, labels, params.clear_margin))
        parity.hold(told[0], params)
        release_folder.write_note(into, noting(note, logits_nk))
        release_folder.open_to_all(into)

    files.replace_folder(folder, fill)
    log.info("export agreement=%.4f flipped=%d of=%d", told[0].agreement, told[0].flipped, told[0].clear)
    return told[0]


def _write_graph(model: Any, path: Path, quantise: str) -> None:
    if quantise == "none":
        graph.trace(model, path)
        return
    with tempfile.TemporaryDirectory() as spare:
        whole = Path(spare) / path.name
        graph.trace(model, whole)
        graph.to_int8(whole, path)


def _same_ids(release: Classifier, texts: Sequence[str], expected: Sequence[list[int]]) -> None:
    if [release.ids(text) for text in texts] != expected:
        raise ReleaseError(
            f"{tokens.FILE} of {release.note.base} cuts texts otherwise than training did; set model.base to another "
            "encoder"
        )
