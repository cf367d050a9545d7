"""The status page for a support lead, and the gate's review pages one click away from it."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from ecomintent.errors import EcomIntentError
from ecomintent.release.approval import command
from ecomintent.serving import html
from ecomintent.serving.access import Refused
from ecomintent.serving.day_bars import bars
from ecomintent.serving.desk import Desk
from ecomintent.serving.label_ports import Standing
from ecomintent.serving.lineup import InMemory
from ecomintent.serving.live import live
from ecomintent.serving.ports import Releases
from ecomintent.serving.service import Service
from ecomintent.serving.sessions import Session
from ecomintent.serving.signed_in import context, paged, session_of, to_sign_in

DAYS: Final = 30
SHOWN: Final = 5
"""Verdicts that are told."""
LOOKED: Final = 200
KEY_CHARS: Final = 16


def router(service: Service, desk: Desk, standing: Standing, releases: Releases) -> APIRouter:
    """Both pages."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/status")
    @paged
    async def status(request: Request) -> Response:
        session = await session_of(desk.sessions, request)
        if session is None:
            return to_sign_in(request)
        return html.page("status", **await asyncio.to_thread(_told, service, desk, standing, releases, session))

    @pages.get("/status/review/{key}")
    @paged
    async def review(request: Request, key: str) -> Response:
        if await session_of(desk.sessions, request) is None:
            return to_sign_in(request)
        found = await asyncio.to_thread(standing.review, key)
        if found is None:
            raise Refused(404, "there is no review page of this verdict")
        return HTMLResponse(found, headers={"content-security-policy": html.REVIEW_POLICY})

    return pages


def _told(service: Service, desk: Desk, standing: Standing, releases: Releases, session: Session) -> dict[str, Any]:
    today = date.fromisoformat(desk.clock.now()[:10])
    days = [(today - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    found = live(desk.tickets.volume(days[0]), desk.outbox.judged(days[0]), days)
    verdicts, now = standing.verdicts(LOOKED), service.holder.now
    candidate = _candidate(releases)
    waits = next((note for note in verdicts if candidate and note.key == candidate[1]), None)
    return context(
        session,
        "/status",
        found=found,
        bars=bars(found.days),
        days=DAYS,
        serving=now.serving,
        passport=now.serving.loaded.passport if now.serving else None,
        problem=now.problem,
        waits=waits,
        candidate=candidate[0] if candidate else "",
        command=command(candidate[0], waits.undecided) if candidate and waits else "",
        bill=sum(waits.bill.values()) if waits else 0,
        verdicts=[(note, _versions(candidate, now).get(note.key, "")) for note in verdicts[:SHOWN]],
        open=desk.tickets.open(),
        drawn=desk.tickets.drawn(days[0]),
        waiting=desk.outbox.waiting(),
        label_problem=desk.forwarder.problem,
        dropped=desk.keeper.dropped.tickets,
    )


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
