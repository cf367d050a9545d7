"""A yes or no to the waiting version, given at the status page by somebody who may. Kept here, acted on elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI

from ecomintent.corrected import VerdictNote
from ecomintent.ports import Clock
from ecomintent.release.page_decisions import PageDecision, State
from ecomintent.serving.access import Refused
from ecomintent.serving.label_ports import Decisions, Worker
from ecomintent.serving.sessions import Session, Sessions

WAIVER: Final = "why."
"""Before an intent's name: the field of the form that says why it may be released though it is undecided."""
MOST_REASON: Final = 1000
MOST_WAIVER: Final = 300
KEY_CHARS: Final = 16
"""Of the digest of the weights: what evidence is kept under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The version that waits for a person, with the verdict that the page shows."""

    version: str
    verdict: VerdictNote

    @property
    def asked(self) -> tuple[str, ...]:
        """Intents that a yes must give a reason for."""
        return self.verdict.undecided if self.verdict.overall == "REVIEW" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """What a decision at the page needs."""

    decisions: Decisions
    worker: Worker
    sessions: Sessions
    clock: Clock

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """A server that starts lets what an earlier one left be acted on."""
        latest = await asyncio.to_thread(self.decisions.latest)
        if latest and latest.state is State.WAITS:
            self.worker.wake()
        yield

    def decide(self, session: Session, told: dict[str, str], waits: Waiting | None) -> None:
        """Keep a decision, and let it be acted on; on disk when this returns.

        The password is asked for again: a session lasts a working day, and a decision carries its owner's name.

        Args:
            waits: what waits now; None where nothing does.
        Raises:
            Refused: 403 without the right, 409 where it is not what was looked at or was decided already, 422 where
                a reason is missing, 401 or 429 as `Sessions.check`.
        """
        if not session.approver:
            raise Refused(403, "your account may not decide about releases")
        if waits is None or (told.get("version"), told.get("verdict")) != (waits.version, waits.verdict.digest):
            raise Refused(409, "this is not what waits any more; read what waits now, then decide")
        decision = self._read(session, told, waits)
        self.sessions.check(session.name, told.get("password", ""))
        if not self.decisions.put(decision) and not self._is_latest(decision):
            raise Refused(409, f"version {waits.version} was decided already; what came of it is told on this page")
        self.worker.wake()

    def _is_latest(self, decision: PageDecision) -> bool:
        """Whether it is the form of before, pressed twice."""
        latest = self.decisions.latest()
        same = ("version", "turn", "person", "approved")
        return latest is not None and all(getattr(latest, name) == getattr(decision, name) for name in same)

    def _read(self, session: Session, told: dict[str, str], waits: Waiting) -> PageDecision:
        said, turn, reason = told.get("decision", ""), told.get("turn", ""), told.get("reason", "").strip()
        if said not in ("approve", "reject") or not (turn.isascii() and turn.isdigit() and len(turn) < 9):
            raise Refused(422, "this form is not complete; load the page again")
        approved = said == "approve"
        waivers = {name: told.get(f"{WAIVER}{name}", "").strip() for name in waits.asked} if approved else {}
        if not reason and (not approved or waits.verdict.overall != "PROMOTE"):
            raise Refused(
                422, "say why, for the next person who asks" if not approved else "say why it may be released"
            )
        missing = [name for name, why in waivers.items() if not why]
        if missing:
            raise Refused(422, f"say for each undecided intent why it may be released: {', '.join(missing)}")
        if len(reason) > MOST_REASON or any(len(why) > MOST_WAIVER for why in waivers.values()):
            raise Refused(422, f"a reason has at most {MOST_REASON} characters, that of an intent {MOST_WAIVER}")
        return PageDecision(
            version=waits.version,
            weights=waits.verdict.key,
            verdict_digest=waits.verdict.digest,
            turn=int(turn),
            approved=approved,
            person=session.name,
            reason=reason,
            waivers=waivers,
            at=self.clock.now(),
        )
