"""What a verdict rests on beside the two models' answers, for the reader of the review page."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """State of the frozen set, what changed since the champion, and how long the reader has."""

    runs: int
    """Candidates this frozen set has judged since its last refresh, this one included."""
    runs_allowed: int
    provenance: Mapping[str, int]
    """How the frozen labels came to be -> tickets."""
    changes: tuple[str, ...]
    """One sentence each; empty where there is no champion."""
    decide_by: str
    """Day (ISO) after which a candidate nobody approved is rejected; empty where no approval is asked for."""

    confidence: str = ""
    """The picture of the candidate's confidence, PNG in base64; empty where none was drawn."""

    @property
    def refresh_due(self) -> bool:
        """It has seen as many candidates as it should."""
        return self.runs >= self.runs_allowed
