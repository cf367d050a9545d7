"""When two texts are the same ticket: equal normalised text, or character shingles that overlap enough."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecomintent.data.near_duplicates import CHUNK, Groups, Known, Likeness

KEY_CHARS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A training text that is the same ticket as a frozen one."""

    row: int
    """Position among the training texts."""
    frozen_row: int
    """Position of the most similar frozen text; the first of equals."""
    similarity: float
    """Jaccard similarity of the shingle sets, 0-1; 1 for equal normalised texts."""


class _Separators(dict[int, str]):
    """Character -> what it is for comparison, filled on demand: Unicode has too many to list."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf":  # soft hyphens and zero-width characters are invisible: they join
            told = ""
        elif category[0] in "PZC" or category in ("Sm", "Sk"):
            told = " "
        else:  # letters and their marks (Hindi needs them), digits, currency signs, emoji
            told = character
        self[code] = told
        return told


_SEPARATORS: Final = _Separators()


def normalised(text: str) -> str:
    """NFKC, case folded, runs of white space and punctuation as one space.

    Words of URLs, handles and numbers stay. A text of nothing but punctuation is kept as it is, so that '?' and
    '!!!' are not one ticket.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.translate(_SEPARATORS).split()) or " ".join(folded.split())


def text_key(text: str) -> str:
    """First 32 hex digits of the SHA-256 of the normalised text: equal keys mean the same ticket."""
    return key_of(normalised(text)).hex()


def key_of(form: str) -> bytes:
    """The key of a normalised text as 16 bytes."""
    return hashlib.sha256(form.encode("utf-8", "surrogatepass")).digest()[: KEY_CHARS // 2]


def near_duplicate_groups(texts: Sequence[str], *, jaccard: float, permutations: int, shingle_chars: int) -> list[int]:
    """Connected components of "at least `jaccard` similar": one group number per text, counted by first appearance.

    The partition does not depend on the order of the texts. A text shorter than a shingle equals only itself.

    Args:
        jaccard: above 0, up to 1.
        permutations: MinHash size, at least 2; `near_duplicates.OVERLOOKED` bounds what it may miss.
    """
    likeness = Likeness(jaccard=jaccard, permutations=permutations, shingle_chars=shingle_chars)
    forms = [normalised(text) for text in texts]
    distinct = list(dict.fromkeys(forms))
    groups = Groups(likeness)
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        groups.extend(chunk, likeness.sketch(chunk))
    numbers: dict[int, int] = {}
    group_of = {
        form: numbers.setdefault(first, len(numbers))
        for form, first in zip(distinct, groups.components().tolist(), strict=True)
    }
    return [group_of[form] for form in forms]


def leaked(
    train_texts: Sequence[str],
    frozen_texts: Sequence[str],
    *,
    jaccard: float,
    permutations: int,
    shingle_chars: int,
) -> list[Leak]:
    """Training texts that are exact or near duplicates of a frozen text, in the order of `train_texts`.

    Args: as for `near_duplicate_groups`.
    """
    likeness = Likeness(jaccard=jaccard, permutations=permutations, shingle_chars=shingle_chars)
    known = Known([normalised(text) for text in frozen_texts], likeness)
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(train_texts):
        rows_of.setdefault(normalised(text), []).append(row)
    forms, found = list(rows_of), []
    for start in range(0, len(forms), CHUNK):
        chunk = forms[start : start + CHUNK]
        for at, (frozen_row, similarity) in known.alike(chunk, likeness.sketch(chunk)).items():
            found += [Leak(row=row, frozen_row=frozen_row, similarity=similarity) for row in rows_of[chunk[at]]]
    return sorted(found, key=lambda leak: leak.row)
