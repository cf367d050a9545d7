"""What a trained model answers before its export: benchmarks of training ask the weights that they trained."""

from collections.abc import Sequence
from pathlib import Path

from ecomintent.model import encoding, trained


def torch_answers(folder: Path, texts: Sequence[str]) -> list[str]:
    """The intent of each text, in their order, as the torch model in `folder` has it."""
    model, tokenizer, note = trained.load(folder)
    logits_nk = trained.logits(model, encoding.tokenise(tokenizer, list(texts), note.max_tokens))
    return [note.intents[best] for best in logits_nk.argmax(1)]
