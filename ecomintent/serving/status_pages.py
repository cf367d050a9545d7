"""The status page for a support lead: how the model fares, the gate's review pages, and the decision on a candidate."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from ecomintent.corrected import VerdictNote
from ecomintent.errors import EcomIntentError
from ecomintent.release.approval import command
from ecomintent.release.page_decisions import State
from ecomintent.serving import html
from ecomintent.serving.access import Refused
from ecomintent.serving.day_bars import bars
from ecomintent.serving.deciding import KEY_CHARS, Deciding, Waiting
from ecomintent.serving.desk import Desk
from ecomintent.serving.label_ports import Standing
from ecomintent.serving.lineup import InMemory
from ecomintent.serving.live import live
from ecomintent.serving.ports import Releases
from ecomintent.serving.service import Service
from ecomintent.serving.sessions import Session
from ecomintent.serving.signed_in import context, form, go, paged, require, session_of, to_sign_in

DAYS: Final = 30
SHOWN: Final = 5
"""Verdicts that are told."""
LOOKED: Final = 200
RESUBMITTED: Final = ("password", "token")
"""Fields that a form which is shown again does not hold any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the page tells from."""

    service: Service
    desk: Desk
    standing: Standing
    releases: Releases
    deciding: Deciding


def router(board: Board) -> APIRouter:
    """The page, its form, and the review pages."""
    pages = APIRouter(include_in_schema=False, lifespan=board.deciding.lifespan)
    sessions = board.desk.sessions

    @pages.get("/status")
    @paged
    async def status(request: Request) -> Response:
        session = await session_of(sessions, request)
        if session is None:
            return to_sign_in(request)
        return html.page("status", **await asyncio.to_thread(_told, board, session))

    @pages.post("/status/decide")
    @paged
    async def decide(request: Request) -> Response:
        told = await form(request)
        session = await require(sessions, request, told)
        try:
            await asyncio.to_thread(_decide, board, session, told)
        except Refused as refusal:
            typed = {name: value for name, value in told.items() if name not in RESUBMITTED}
            shown = await asyncio.to_thread(_told, board, session, line=str(refusal), typed=typed)
            return html.page("status", refusal.status, **shown)
        return go("/status")

    @pages.get("/status/review/{key}")
    @paged
    async def review(request: Request, key: str) -> Response:
        if await session_of(sessions, request) is None:
            return to_sign_in(request)
        found = await asyncio.to_thread(board.standing.review, key)
        if found is None:
            raise Refused(404, "there is no review page of this verdict")
        return HTMLResponse(found, headers={"content-security-policy": html.REVIEW_POLICY})

    return pages


def _decide(board: Board, session: Session, told: dict[str, str]) -> None:
    board.deciding.decide(session, told, _waiting(_candidate(board.releases), board.standing.verdicts(LOOKED)))


def _told(board: Board, session: Session, *, line: str = "", typed: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything the page says.

    Args:
        line: why a decision that was just sent was not taken, with what was `typed`.
    """
    desk = board.desk
    today = date.fromisoformat(desk.clock.now()[:10])
    days = [(today - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    found = live(desk.tickets.volume(days[0]), desk.outbox.judged(days[0]), days)
    verdicts, now = board.standing.verdicts(LOOKED), board.service.holder.now
    candidate = _candidate(board.releases)
    waits = _waiting(candidate, verdicts)
    return context(
        session,
        "/status",
        **_decision(board.deciding, waits),
        line=line,
        typed=typed or {},
        found=found,
        bars=bars(found.days),
        days=DAYS,
        serving=now.serving,
        passport=now.serving.loaded.passport if now.serving else None,
        problem=now.problem,
        waits=waits.verdict if waits else None,
        candidate=candidate[0] if candidate else "",
        bill=sum(waits.verdict.bill.values()) if waits else 0,
        verdicts=[(note, _versions(candidate, now).get(note.key, "")) for note in verdicts[:SHOWN]],
        watched=board.standing.watched(),
        open=desk.tickets.open(),
        drawn=desk.tickets.drawn(days[0]),
        waiting=desk.outbox.waiting(),
        label_problem=desk.forwarder.problem,
        dropped=desk.keeper.dropped.tickets,
    )


def _decision(deciding: Deciding, waits: Waiting | None) -> dict[str, Any]:
    latest = deciding.decisions.latest()
    return {
        "latest": latest,
        "pending": bool(latest and latest.state is State.WAITS),
        "worker_here": deciding.worker.here,
        "stopped": (latest.says or deciding.worker.problem) if latest else "",
        "asked": waits.asked if waits else (),
        "turn": deciding.decisions.turns(waits.version) if waits else 0,
        "command": command(waits.version, waits.verdict.undecided) if waits else "",
    }


def _waiting(candidate: tuple[str, str] | None, verdicts: Sequence[VerdictNote]) -> Waiting | None:
    found = next((note for note in verdicts if candidate and note.key == candidate[1]), None)
    return Waiting(version=candidate[0], verdict=found) if candidate and found else None


def _candidate(releases: Releases) -> tuple[str, str] | None:
    """Version and key of the release that waits for a person."""
    try:
        found = releases.lineup().candidate
    except EcomIntentError:
        return None
    return (found.version, found.weights[:KEY_CHARS]) if found else None


def _versions(candidate: tuple[str, str] | None, now: InMemory) -> dict[str, str]:
    """Key -> what the release is at the moment."""
    told = {now.previous.named.weights[:KEY_CHARS]: f"version {now.previous.version}"} if now.previous else {}
    if now.serving:
        told[now.serving.loaded.named.weights[:KEY_CHARS]] = f"version {now.serving.loaded.version}, serves"
    return told | ({candidate[1]: f"version {candidate[0]}, waits"} if candidate else {})
