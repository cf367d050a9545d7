"""`serving.label_ports.Standing`: verdicts and review pages that retrains left in the home; needs no MLflow."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ecomintent.corrected import VerdictNote, WatchNote
from ecomintent.release.record import verdict_digest

EVIDENCE: Final = Path("evidence")
WATCHED: Final = Path("watch") / "last.json"
VERDICT, REVIEW = "verdict.json", "review.html"
KEY: Final = re.compile(r"[0-9a-f]{16}")
UNDECIDED: Final = "INCONCLUSIVE"


class EvidenceFiles:
    """Those of one home."""

    def __init__(self, home: Path) -> None:
        self._folder, self._watched = home / EVIDENCE, home / WATCHED

    def verdicts(self, most: int) -> Sequence[VerdictNote]:
        """The newest first; what cannot be read is left out: it is somebody's unfinished copy."""
        try:
            found = sorted(((path.stat().st_mtime, path) for path in self._folder.glob(f"*/{VERDICT}")), reverse=True)
        except OSError:
            return []
        notes = (_note(path, at) for at, path in found[:most] if KEY.fullmatch(path.parent.name))
        return [note for note in notes if note]

    def watched(self) -> WatchNote | None:
        """The last look (`adapters.watch_record`); None where there is none, or it cannot be read."""
        try:
            told = json.loads(self._watched.read_text(encoding="utf-8"))
            return WatchNote(
                at=str(told["at"]),
                champion=str(told["champion"]),
                action=str(told["action"]),
                reasons=tuple(map(str, told["reasons"])),
                readings=tuple((str(one["name"]), bool(one["speaks"]), str(one["says"])) for one in told["readings"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def review(self, key: str) -> str | None:
        """The page as the gate wrote it; None where there is none of this key."""
        if not KEY.fullmatch(key):
            return None
        try:
            return (self._folder / key / REVIEW).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None


def _note(path: Path, at: float) -> VerdictNote | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        undecided = {name: one for name, one in told["intents"].items() if one["verdict"] == UNDECIDED}
        return VerdictNote(
            key=path.parent.name,
            at=datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
            overall=str(told["overall"]),
            cause=str(told["cause"]),
            digest=verdict_digest(told),
            undecided=tuple(undecided),
            bill=_bill(undecided),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _bill(undecided: Mapping[str, Any]) -> dict[str, int]:
    missing = {name: (one["tickets_needed"] or 0) - one["n"] for name, one in undecided.items()}
    return {name: number for name, number in missing.items() if number > 0}
