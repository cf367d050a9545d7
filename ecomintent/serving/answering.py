"""One ticket's answer: the text as the model learned it, the release's word on it, and where it goes."""

from dataclasses import dataclass
from typing import Final

from ecomintent.labels.cleaning import READ_CHARS, TEXT_CHARS, WORD_CHARS
from ecomintent.labels.texts import fit
from ecomintent.served import RouteTable
from ecomintent.serving.loading import WARM_UP, Loaded
from ecomintent.serving.routing import Level, Routed, route
from ecomintent.taxonomy_chain import OTHER

UNSURE: Final = OTHER
"""What a ticket below the threshold is answered with, as clients of the public baseline expect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said of one ticket."""

    intent: str
    """The best one, or OTHER where confidence is below the threshold."""
    best: str
    confidence: float
    """Calibrated probability of `best`, 0-1."""
    scores: dict[str, float]
    below_threshold: bool
    truncated: bool
    """The end of the text was not read."""
    route: Routed
    fitted: str
    """The text cleaned and redacted, the only form of it that may be kept; empty where nothing was left of it."""


def answer(text: str, loaded: Loaded, table: RouteTable, threshold: float | None) -> Answer:
    """Ask the release.

    Args:
        threshold: the caller's own, 0-1, below which the intent is OTHER; None: the release's, for each intent. Where
            the ticket goes follows the release alone.
    """
    some = text[:READ_CHARS]
    fitted = fit(some)
    prediction, cut = loaded.reader.read(fitted or some)
    best = prediction.intent
    routed = route(best, prediction.confidence, loaded.reader.note.thresholds.get(best), table)
    below = routed.confidence is not Level.HIGH if threshold is None else prediction.confidence < threshold
    return Answer(
        intent=UNSURE if below else best,
        best=best,
        confidence=prediction.confidence,
        scores=prediction.scores,
        below_threshold=below,
        truncated=cut or (len(text) > TEXT_CHARS and len(fitted) >= TEXT_CHARS - WORD_CHARS),
        route=routed,
        fitted=fitted,
    )


def warm_up() -> None:
    """Import and compile what the first ticket would wait for; the second time it takes no time."""
    fit(f"{WARM_UP}, order 5519; write to someone@example.com")
