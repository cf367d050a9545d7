"""What is counted of a served ticket so that drift can be seen later without its text: four bins, no word of it.

Every ticket adds exactly one to each kind of count, so the counts of a kind are draws from one distribution and the
bounds of `watch.drift` hold. That is why of all its words one is counted, and not each of them.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

WORD: Final = re.compile(r"\w+")
LENGTHS: Final = (4, 8, 16, 32, 64, 128)
"""A ticket of so many words or fewer falls into the bin of that name; longer ones into `more`."""
BUCKETS: Final = 32
STEPS: Final = 10

KINDS: Final = ("intent", "confidence", "length", "word")


def shape(text: str, intent: str, confidence: float) -> Mapping[str, str]:
    """Kind -> bin of one ticket.

    `word` is the bucket, of `BUCKETS`, of one of its words, drawn by a digest of the whole text: the same text again
    gives the same one. A bucket stands for many words, and no word can be read from it.
    """
    words = WORD.findall(text.lower())
    return {
        "intent": intent,
        "confidence": str(min(int(confidence * STEPS), STEPS - 1)),
        "length": next((str(most) for most in LENGTHS if len(words) <= most), "more"),
        "word": _bucket(words) if words else "none",
    }


def _bucket(words: list[str]) -> str:
    drawn = words[_number(" ".join(words)) % len(words)]
    return str(_number(drawn) % BUCKETS)


def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
