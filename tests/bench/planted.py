"""Invented tickets with personal data planted in them, in the ways customers type it; same seed, same tickets."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.bench.planted_forms import KINDS
from tests.bench.planted_later import LATER

PATTERN_KINDS: Final = ("EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "ORDER", "URL", "IP")
DECOYS: Final = (
    "size 10", "£45.99", "2 weeks", "WH-1000XM5", "12/05/2026", "3 pairs", "$1,299.00", "Rs. 2499", "6-8 working days",
    "iPhone 15 Pro Max", "20% off", "10:30 am", "UK 7.5", "500ml", "32x34", "the 4th of May", "RTX 4070", "4K TV",
    "2 x AA batteries", "SUMMER20", "5 star", "24/7", "3rd time", "Rs 1,25,000", "10,000mAh", "1080p",
)  # fmt: skip
BEFORE: Final = (
    "",
    "Hello,",
    "hi team",
    "Good morning.",
    "URGENT!!",
    "I bought a lamp last week.",
    "So disappointed...",
)
AFTER: Final = (
    "", "I need %% please.", "It was %% and nobody answers", "Please help, it said %%.", "i asked for %% not this",
    "Can you change it to %%?", "Thanks in advance", "What about %%? Still waiting!", "(%%)",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One invented ticket and what is hidden in it."""

    kind: str
    value: str
    """As it stands in the text."""
    secrets: tuple[str, ...]
    """What must not be left, none of it."""
    decoy: str
    """What must be left, where the text holds it."""
    text: str

    def left_in(self, redacted: str) -> tuple[str, ...]:
        """The secrets that can still be read, as words of their own."""
        told = redacted.replace(self.decoy, " ")
        return tuple(s for s in self.secrets if re.search(rf"(?<!\w){re.escape(s)}(?!\w)", told))

    def decoy_lost(self, redacted: str) -> bool:
        """Whether something was taken that is nobody's secret."""
        return self.decoy in self.text.replace(self.value, " ") and self.decoy not in redacted


def tickets(seed: int, per_kind: int, *, later: bool = False) -> Iterator[Planted]:
    """So many of every kind, one planted value each; the forms take turns, so that rare ones count as much.

    `later` takes the forms that were written after the patterns.
    """
    dice = random.Random(seed)
    for kind, (first, sentences) in KINDS.items():
        values = LATER.get(kind, first) if later else first
        for number in range(per_kind):
            value, secrets = values[number % len(values)](dice)
            decoy = dice.choice(DECOYS)
            said = dice.choice(sentences).replace("@@", value)
            parts = [dice.choice(BEFORE), said, dice.choice(AFTER).replace("%%", decoy)]
            text = dice.choice((" ", " ", "\n")).join(part for part in parts if part)
            # A name below a ticket has nothing after it.
            if "$END" in text:
                text = f"{parts[0]} {parts[2]}" + dice.choice(" \n") + said.replace("$END", "")
            yield Planted(kind=kind, value=value, secrets=secrets, decoy=decoy, text=text)
