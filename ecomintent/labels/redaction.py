"""Personal data out of a ticket's text, before it is written; docs/decisions/0009-redaction.md says how well."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ecomintent.labels.finders import TAKEN
from ecomintent.labels.recognition import KINDS, spans

PLACEHOLDER: Final = re.compile("<(?:" + "|".join(KINDS) + ")>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text without what was recognised in it, and how much that was."""

    text: str
    """With `<EMAIL>`, `<ORDER>` ... where something stood."""
    counts: Mapping[str, int]
    """By kind; a kind that was not found is left out."""


def redact(text: str, *, name_model: str | None = None) -> Redacted:
    """Put a placeholder in the place of everything personal that is recognised. Redacting the result changes nothing.

    Args:
        text: cleaned (`cleaning.clean`), so at most some thousand characters.
        name_model: an installed spaCy package that also finds names without a context; nothing is ever downloaded.
    Raises:
        EcomIntentError: that package is not installed.
    """
    counts: Counter[str] = Counter()
    # What stood beside a replaced number may be recognised only now. Every round shortens what is not placeholder.
    while found := spans(PLACEHOLDER.sub(_taken, text), name_model):
        parts, at = [], 0
        for span in found:
            parts += [text[at : span.start], f"<{span.kind}>"]
            at = span.end
            counts[span.kind] += 1
        text = "".join([*parts, text[at:]])
    return Redacted(text=text, counts=dict(counts))


def _taken(found: re.Match[str]) -> str:
    return TAKEN * len(found[0])
