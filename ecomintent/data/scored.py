"""What the evaluate stage found out, as the gate needs it: answers ticket by ticket, and what was scored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from ecomintent.data import parquet
from ecomintent.errors import InputError
from ecomintent.gate import flips
from ecomintent.gate.flips import Flip
from ecomintent.gate.label_map import LabelMap
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.taxonomy import NAMES, chain, version

ROLES: Final = ("candidate", "champion", "anchor")

COLUMNS: Final = {
    **dict.fromkeys(("id", "text", "label", "group", "provenance"), "string"),
    **{f"{role}{suffix}": kind for role in ROLES for suffix, kind in (("", "string"), ("_confidence", "float64"))},
}
"""Of the predictions file; a role without a model has nulls."""

REPORT_KEYS: Final = ("frozen_set", "weights", "versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One evaluation. A role (`ROLES`) without a model is absent from `answers` and `confidence`."""

    frozen: list[FrozenTicket]
    answers: dict[str, dict[str, str | None]]
    """role -> ticket id -> intent."""
    confidence: dict[str, dict[str, float]]
    """role -> ticket id -> 0-1."""
    frozen_set: str
    """Digest of the set that was answered."""
    evidence: dict[str, str]
    """Digests and versions of what was scored; empty where there is none."""
    taxonomies: dict[str, str]
    """role -> version of the taxonomy its answers are of; absent in reports of before there were versions."""

    def label_map(self) -> LabelMap | None:
        """How the older of champion and anchor reads today; None where both know the label set in force."""
        older = [of for role, of in self.taxonomies.items() if role != "candidate" and of != version()]
        if not older:
            return None
        bridges = [chain().since(number) for number in older]
        renamed = {old: new for bridge in bridges for old, new in bridge.renamed.items()}
        new = {name for bridge in bridges for name in bridge.new}
        lost = {name for bridge in bridges for name in bridge.lost}
        return LabelMap(version(), renamed, tuple(name for name in NAMES if name in new), tuple(sorted(lost)))

    def today(self) -> Self:
        """The same with every answer under the names in force."""
        label_map = self.label_map()
        if label_map is None:
            return self
        return replace(self, answers={role: label_map.answers(given) for role, given in self.answers.items()})

    def flips(self) -> list[Flip]:
        """Tickets on which exactly one of champion and candidate is right; none where there is no champion."""
        if "champion" not in self.answers:
            return []
        return flips.collect(
            self.frozen,
            self.answers["champion"],
            self.answers["candidate"],
            champion_confidence=self.confidence["champion"],
            candidate_confidence=self.confidence["candidate"],
        )


def read(predictions: Path, report: Path) -> Scored:
    """All models' answers, ticket by ticket.

    Raises:
        InputError: a file or column is missing, or the two files speak of different evaluations.
    """
    said, rows = _read_report(report), parquet.require(predictions, COLUMNS)
    again = "run the evaluate stage again"
    if len(rows) != said["frozen_set"]["rows"]:
        told = f"{len(rows)} rows, but {report.name} speaks of {said['frozen_set']['rows']}; {again}"
        raise InputError(told, where=str(predictions))
    for role in ROLES[1:]:
        if said["versions"].get(role) is None and any(row[role] is not None for row in rows):
            raise InputError(f"answers of the {role}, but {report.name} names none; {again}", where=str(predictions))
    roles = ["candidate", *(role for role in ROLES[1:] if said["versions"].get(role) is not None)]
    return Scored(
        frozen=_frozen(rows),
        answers={role: {row["id"]: row[role] for row in rows} for role in roles},
        confidence={
            role: {row["id"]: value for row in rows if (value := row[f"{role}_confidence"]) is not None}
            for role in roles
        },
        frozen_set=said["frozen_set"]["digest"],
        evidence={
            "frozen_set": said["frozen_set"]["digest"],
            **{f"{role}_weights": said["weights"].get(role) or "" for role in ROLES},
            **{f"{role}_version": said["versions"].get(role) or "" for role in ROLES[1:]},
        },
        taxonomies={str(role): str(version) for role, version in said.get("taxonomies", {}).items()},
    )


def _read_report(path: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no such file; run the evaluate stage", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"not JSON ({error}); run the evaluate stage again", where=str(path)) from error
    missing = [key for key in REPORT_KEYS if key not in said]
    if missing:
        raise InputError(f"no {', '.join(missing)}; run the evaluate stage again", where=str(path))
    return said


def _frozen(rows: Sequence[dict[str, Any]]) -> list[FrozenTicket]:
    columns = ("id", "text", "label", "group", "provenance")
    return [FrozenTicket(**{name: row[name] or "" for name in columns}) for row in rows]
