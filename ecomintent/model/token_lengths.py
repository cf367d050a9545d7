"""How many tokens a text has, before anything is cut."""

from collections.abc import Sequence
from typing import Final

from ecomintent.model import encoding
from ecomintent.model.quiet import quietly

UNCUT: Final = 1_000_000


def token_lengths(texts: Sequence[str]) -> list[int]:
    """Tokens of each text for the embedded encoder, special tokens included.

    Its words are those of bert-base-uncased, which distilbert-base-uncased shares: the counts hold for both.

    Raises:
        EncoderError: the embedded encoder is absent or damaged.
    """
    from transformers import AutoTokenizer

    with quietly():
        tokenizer = AutoTokenizer.from_pretrained(encoding.embedded_folder(), local_files_only=True)
        return [len(ids) for ids in encoding.tokenise(tokenizer, texts, UNCUT)]
