"""What a model's words mean: one intent, or none."""

import re
from dataclasses import dataclass
from typing import Final

from ecomintent.taxonomy import IDS, NAMES

THOUGHT: Final = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
"""What some models say to themselves before they answer; a thought that was cut off hides no answer."""
WRAPPING: Final = " \t\r\n\"'`*.:()[]{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One ticket and what the model said to it."""

    id: str
    intent: str | None
    """None: no intent could be read from the answer."""
    answer: str
    """Its first words, without personal data."""
    refused: bool
    """Whether the endpoint's content filter kept the ticket from the model."""
    seconds: float
    """Of the attempt that was answered; waits and failed attempts are left out."""
    tokens_in: int | None
    """As the endpoint counts them; None where it does not say."""
    tokens_out: int | None
    concurrency: int
    """How many tickets were asked at a time."""


def intent_in(answer: str) -> str | None:
    """The intent an answer names: as all of it in any case, or as the only name spelled in capitals within it.

    Two intents are no answer, and neither is an intent that the taxonomy does not have.
    """
    said = THOUGHT.sub("", answer, count=1)
    alone = re.sub(r"[\s-]+", "_", said.strip(WRAPPING)).upper()
    if alone in IDS:
        return alone
    # Longest first: one name may begin another.
    names = "|".join(sorted(NAMES, key=len, reverse=True))
    named = set(re.findall(rf"(?<![A-Z0-9_])(?:{names})(?![A-Z0-9_])", said))
    return named.pop() if len(named) == 1 else None
