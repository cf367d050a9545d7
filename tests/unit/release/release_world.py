"""A registry with three candidates, a history, a clock, and a power cut at any chosen write."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ecomintent import files
from ecomintent.gate.compare import describe
from ecomintent.gate.counts import paired_counts
from ecomintent.gate.verdict import Decision, Outcome, Reason, Verdict
from ecomintent.release import approval, deadline, promotion
from tests.fakes.labels import FakeHistory
from tests.fakes.registry import FakeRegistry

ABSENT = (Outcome.INCONCLUSIVE, Reason.ABSENT)
WRITES = ("register", "point", "drop", "tag", "append")
PROMOTE, REVIEW, BLOCK = (
    Verdict(
        overall=overall,
        cause=cause,
        intents={},
        accuracy=None,
        churn=0.02,
        against_anchor=None,
        n=100,
        n_independent=100,
        conflicts=(),
        warnings=(),
        confidence=0.9,
    )
    for overall, cause in (
        (Decision.PROMOTE, "nothing lost"),
        (Decision.REVIEW, "EXCHANGE_REQUEST undecided"),
        (Decision.BLOCK, "WISMO lost 8 points"),
    )
)


def undecided(name: str) -> Verdict:
    """A REVIEW on account of one intent."""
    intent = describe(paired_counts(np.zeros((9, 9, 9), dtype=np.intp), 0), ABSENT, alpha=0.05, needed=30)
    return replace(REVIEW, intents={name: intent})


class PowerCut(RuntimeError):
    """The process is gone."""


@dataclass
class Power:
    """Runs out at a write; `log` holds the writes that happened."""

    left: int | None = None
    """Writes until the cut; None for ever."""
    after: bool = False
    """Whether the last write still happens."""
    log: list[tuple[Any, ...]] = field(default_factory=list)

    def spend(self, write: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        if self.left is not None:
            self.left -= 1
        out = self.left is not None and self.left < 0
        if out and not self.after:
            raise PowerCut
        done = write(*args, **kwargs)
        self.log.append((name, *args))
        if out:
            raise PowerCut
        return done


class Powered:
    """A registry or history whose writes need power."""

    def __init__(self, real: Any, power: Power) -> None:
        self._real, self._power = real, power

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name not in WRITES:
            return method
        return lambda *args, **kwargs: self._power.spend(method, name, *args, **kwargs)


@dataclass
class Ticking:
    """One second later at every look; stands still where `step` is 0."""

    step: int = 1
    seconds: int = 0

    def now(self) -> str:
        self.seconds += self.step
        return f"2026-05-04T{self.seconds // 3600:02}:{self.seconds // 60 % 60:02}:{self.seconds % 60:02}+00:00"


class World:
    """What the release room works on, and its verbs with the ports filled in."""

    def __init__(self, folder: Path, clock: Ticking | None = None) -> None:
        self.power = Power()
        self._registry, self._history = FakeRegistry(), FakeHistory()
        self._ports = {
            "registry": Powered(self._registry, self.power),
            "history": Powered(self._history, self.power),
        }
        self._clock = {"clock": clock or Ticking()}
        self.passports: list[str] = []
        for number in "123":
            self._register(folder, number)

    def _register(self, folder: Path, number: str) -> None:
        release = folder / number
        if not release.is_dir():
            release.mkdir(parents=True)
            (release / "model.bin").write_text(number)
        tags = {
            "snapshot": f"snapshot-{number}",
            "frozen_set": "frozen",
            "verdict": "PROMOTE",
            "verdict_digest": f"digest-{number}",
        }
        weights = files.folder_digest(release)
        made = self._registry.register(release, run_id=f"run-{number}", weights=weights, tags=tags).version
        self._registry.point("candidate", made)

    def weights(self, version: str) -> str:
        return self._registry.version(version).weights

    def tag(self, version: str, **tags: str) -> None:
        self._registry.tag(version, tags)

    def approve(self, version: str, reason: str = "read by hand", by: str = "Dana", **said: Any) -> Any:
        return approval.approve(version, by=by, reason=reason, **said, **self._ports, **self._clock)

    def request(self, version: str) -> None:
        deadline.request(version, verdict_digest=f"digest-{version}", **self._ports, **self._clock)

    def expire(self, days: int = 14) -> list[str]:
        return deadline.expire(days=days, **self._ports, **self._clock)

    def reject(self, version: str, reason: str = "worse on refunds", by: str = "Dana") -> Any:
        return approval.reject(version, by=by, reason=reason, **self._ports, **self._clock)

    def approved(self, version: str) -> Any:
        return promotion.require_approval(version, **self._ports)

    def settle(self, version: str, verdict: Verdict = PROMOTE, approved: Any = None) -> None:
        said = approved or self.approved(version)
        promotion.settle(version, verdict=verdict, approval=said, issue=self._issue, **self._ports, **self._clock)

    def _issue(self, before: str) -> dict[str, str]:
        self.passports.append(before)
        return {"passport": "sealed"}

    def release(self, version: str) -> None:
        self.approve(version)
        self.settle(version)

    def rollback(self, reason: str = "wrong queue", by: str = "Eoin") -> tuple[str, str]:
        return promotion.rollback(by=by, reason=reason, **self._ports, **self._clock)

    def unfinished(self) -> list[str]:
        return promotion.unfinished(self._history)

    def aliases(self) -> dict[str, str]:
        """All but the anchor, which `anchor` gives."""
        return {name: version for name, version in self._registry.aliases().items() if name != "anchor"}

    def anchor(self) -> str:
        return self._registry.aliases().get("anchor", "")

    def said(self) -> list[tuple[str, str]]:
        return [(event.event, event.version) for event in self._history.events()]

    def events(self) -> list[Any]:
        return list(self._history.events())

    def state(self) -> Any:
        """Everything a reader can see, but for the times."""
        tags = {version.version: version.tags for version in self._registry.versions()}
        timeless = [replace(e, at="", details={**e.details, "approved_at": ""}) for e in self._history.events()]
        return self.aliases(), tags, timeless

    def cut(self, writes: int, after: bool) -> None:
        """Let the power go at the write after so many."""
        self.power.left, self.power.after = writes, after

    def restore(self) -> None:
        self.power.left = None
