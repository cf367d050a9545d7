"""What a retrain leaves in the tracker: metrics and tags, from the stages' own files alone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ecomintent.gate.verdict import Verdict
from ecomintent.records import Lineage


def verdict_digest(verdict: Mapping[str, Any]) -> str:
    """SHA-256 of the verdict's canonical JSON, hex."""
    return hashlib.sha256(json.dumps(verdict, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def run_key(lineage: Lineage, verdict: Mapping[str, Any]) -> str:
    """Identity of a retrain: equal inputs, weights and verdict give an equal key."""
    parts = [*sorted(asdict(lineage).items()), ("verdict", verdict_digest(verdict))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def metrics(verdict: Mapping[str, Any], report: Mapping[str, Any], training: Mapping[str, Any]) -> dict[str, float]:
    """Numbers for the tracker: F1 and the rest as fractions in 0-1, deltas candidate minus champion."""
    candidate, champion = report["candidate"], report["champion"]
    found: dict[str, float | None] = {
        "frozen/macro_f1": candidate["macro_f1"],
        "frozen/accuracy": candidate["accuracy"],
        "frozen/tickets": report["frozen_set"]["rows"],
        "train/epochs": len(training["epochs"]),
    }
    found |= _confidence(report["reliability"]["candidate"])
    if champion is not None:
        found["frozen/macro_f1_delta"] = candidate["macro_f1"] - champion["macro_f1"]
        found["frozen/churn"] = verdict["churn"]
    for name, scores in candidate["intents"].items():
        found[f"f1/{name}"] = scores["f1"]
        found[f"precision/{name}"] = scores["precision"]
        found[f"recall/{name}"] = scores["recall"]
        found[f"support/{name}"] = scores["n"]
        judged = verdict["intents"].get(name, {})
        for key, metric in (("delta", "f1_delta"), ("low", "f1_delta_low"), ("high", "f1_delta_high")):
            found[f"{metric}/{name}"] = judged.get(key)
    return {name: float(value) for name, value in found.items() if value is not None}


def _confidence(told: Mapping[str, Any]) -> dict[str, float | None]:
    """What the release's confidence is worth on the frozen set."""
    handled = told["handled"] or {"answered": 0, "wrong": 0, "cost": None}
    answered = handled["answered"]
    return {
        "confidence/ece": told["ece"],
        "confidence/ece_low": told["low"],
        "confidence/ece_high": told["high"],
        "confidence/ece_by_chance": told["by_chance"],
        "confidence/aurc": told["aurc"],
        "confidence/answered_share": answered / told["n"] if told["handled"] else None,
        "confidence/answered_wrong_share": handled["wrong"] / answered if answered else None,
        "confidence/cost_per_ticket": handled["cost"],
    }


def tags(lineage: Lineage, verdict: Mapping[str, Any], champion_version: str) -> dict[str, str]:
    """Tags shared by the run and the registered version; approvals are bound to some of them."""
    return {
        **{name: value for name, value in asdict(lineage).items() if name != "params"},
        "params_digest": lineage.params,
        "verdict": verdict["overall"],
        "verdict_cause": verdict["cause"],
        "verdict_digest": verdict_digest(verdict),
        "undecided": ",".join(Verdict.from_json(verdict).undecided),
        "baseline": champion_version or "none",
    }
