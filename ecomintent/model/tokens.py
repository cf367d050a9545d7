"""Token ids by a release's own tokenizer.json, as in training, without transformers."""

from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from ecomintent.errors import ReleaseError

FILE: Final = "tokenizer.json"


def load(folder: Path, max_tokens: int) -> Tokenizer:
    """The tokenizer of a release; it cuts after `max_tokens` and never pads.

    Raises:
        ReleaseError: the file is absent or damaged, or knows no words.
    """
    path = folder / FILE
    if not path.is_file():
        raise ReleaseError(f"{folder}: {FILE} is missing; fetch the release again")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    # The library raises a bare Exception for whatever is wrong with the file.
    except Exception as error:
        raise ReleaseError(f"{path}: damaged ({str(error).splitlines()[0]}); fetch the release again") from error
    if tokenizer.get_vocab_size(with_added_tokens=False) == 0:
        raise ReleaseError(f"{folder}: its tokenizer has no vocabulary; fetch the release again")
    # The file remembers how its last user cut and padded.
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Token ids of `text`, special tokens included."""
    found: list[int] = tokenizer.encode(readable(text)).ids
    return found


def ids_and_rest(tokenizer: Tokenizer, text: str) -> tuple[list[int], bool]:
    """The same, and whether something of the text was cut off."""
    encoding = tokenizer.encode(readable(text))
    return encoding.ids, bool(encoding.overflowing)


def readable(text: str) -> str:
    """`text` without halves of surrogate pairs: they are valid in JSON, but no tokenizer takes them."""
    return text.encode("utf-8", "replace").decode("utf-8")
