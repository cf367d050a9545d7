"""What a large language model is asked about one ticket: the taxonomy, its rules, examples, and the text."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.taxonomy import INTENTS, NAMES, RULES

SHOTS: Final = (0, 5)

Message = dict[str, str]
"""`role` and `content`, as chat endpoints take them."""


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A labelled text that is shown before the question."""

    text: str
    """Redacted."""
    intent: str


def draw(corpus: Sequence[Example], count: int, *, seed: int) -> tuple[Example, ...]:
    """`count` examples of as many intents; which depends on the rows and the seed, not on the order of the rows.

    Raises:
        InputError: fewer intents than that have a row.
    """
    of_intent = {name: sorted(row for row in corpus if row.intent == name) for name in NAMES}
    held = [name for name in NAMES if of_intent[name]]
    if len(held) < count:
        raise InputError(f"{len(held)} intents have an example, {count} are needed", where="starter corpus")
    random = Random(seed)
    return tuple(random.choice(of_intent[name]) for name in random.sample(held, count))


def messages(text: str, examples: Sequence[Example]) -> list[Message]:
    """The conversation that asks for the intent of `text`; an example is a question that was answered."""
    shown = [
        said
        for example in examples
        for said in (_said("user", example.text), _said("assistant", example.intent))
    ]  # fmt: skip
    return [_said("system", instruction()), *shown, _said("user", text)]


def instruction() -> str:
    """The task in words, all of them from the taxonomy but for the first and the last sentence."""
    intents = "\n".join(f"{intent.name}: {intent.description}" for intent in INTENTS)
    rules = "\n".join(f"- {rule}" for rule in RULES)
    return (
        "You sort the messages that customers write to the support of an online shop. "
        f"Each message has exactly one of these {len(INTENTS)} intents:\n\n{intents}\n\n"
        f"Where two seem to fit:\n{rules}\n\n"
        "Answer with the name of the intent alone, as it is spelled above."
    )


def digest(examples: Sequence[Example], extra: Mapping[str, Any]) -> str:
    """SHA-256 of all that is asked but the ticket itself, hex: equal digests asked the same question."""
    asked = {"messages": messages("", examples), "extra": dict(extra)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode("utf-8")).hexdigest()


def _said(role: str, content: str) -> Message:
    return {"role": role, "content": content}
