"""The corrections page: one ticket at a time, one key for each intent; without scripts its buttons do the same."""

import asyncio
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecomintent import taxonomy
from ecomintent.corrected import Channel, Given, KeptTicket, Why
from ecomintent.serving import html
from ecomintent.serving.access import Refused
from ecomintent.serving.desk import UNDO_SECONDS, Desk
from ecomintent.serving.sessions import Session
from ecomintent.serving.signed_in import context, form, go, paged, require, session_of, to_sign_in

FILTERS: Final = {
    "all": "All",
    Why.LOW.value: "Low confidence",
    Why.DISAGREEMENT.value: "Disagreement",
    Why.BLIND.value: "Blind audit",
}
TELLS: Final = {
    "taken": "Somebody else answered that ticket first; nothing was changed.",
    "undone": "Undone: the ticket is open again.",
    "reopened": "Open again. Your answer is in the label store already; the next one counts in its place.",
    "nothing": "There is nothing of yours to undo.",
}


def router(desk: Desk) -> APIRouter:
    """The page and its two forms."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/corrections")
    @paged
    async def corrections(request: Request) -> Response:
        session = await session_of(desk.sessions, request)
        if session is None:
            return to_sign_in(request)
        return html.page("corrections", **await asyncio.to_thread(_told, desk, session, dict(request.query_params)))

    @pages.post("/corrections/answer")
    @paged
    async def answer(request: Request) -> Response:
        told = await form(request)
        session = await require(desk.sessions, request, told)
        new = await asyncio.to_thread(_answer, desk, session, told)
        desk.forwarder.wake()
        did = {"say": "taken"} if new is None else {"did": told["intent"]}
        return go(_place(told, after=told.get("position", ""), **did))

    @pages.post("/corrections/undo")
    @paged
    async def undo(request: Request) -> Response:
        told = await form(request)
        session = await require(desk.sessions, request, told)
        undone = await asyncio.to_thread(desk.outbox.undo, session.name)
        if undone is None:
            return go(_place(told, say="nothing"))
        return go(_place(told, ticket=undone[0], say="reopened" if undone[1] else "undone"))

    return pages


def _told(desk: Desk, session: Session, asked: dict[str, str]) -> dict[str, Any]:
    now = desk.clock.now()
    which = asked.get("show", "") if asked.get("show", "") in FILTERS else "all"
    wanted = desk.tickets.find(asked["ticket"]) if asked.get("ticket") else None
    after = int(asked["after"]) if _is_number(asked.get("after", "")) else 0
    # A ticket that was asked for by name comes before the one that would be next.
    found = (wanted, after) if wanted else desk.tickets.next(which, after=after, person=session.name, now=now)
    ticket, position = found or (None, 0)
    did = asked.get("did", "")
    return context(
        session,
        "/corrections",
        ticket=ticket,
        position=position,
        turn=desk.outbox.turns(ticket.ticket_id) if ticket else 0,
        which=which,
        filters=FILTERS,
        counts=desk.tickets.open(),
        today=desk.outbox.given_by(session.name, now[:10]),
        did=did if did in taxonomy.chain().known else "",
        say=TELLS.get(asked.get("say", ""), ""),
        problem=desk.forwarder.problem,
    )


def _answer(desk: Desk, session: Session, told: dict[str, str]) -> bool | None:
    ticket = desk.tickets.find(told.get("ticket", ""))
    if ticket is None:
        raise Refused(404, "this ticket is not kept any more; load the page again")
    if taxonomy.chain().today(told.get("intent", "")) is None or not _is_number(told.get("turn", "")):
        raise Refused(422, "this form is not complete; load the page again")
    given = _given(ticket, session.name, told["intent"], int(told["turn"]), desk.clock.now())
    return desk.outbox.give(given, now=given.at, held_seconds=UNDO_SECONDS)


def _given(ticket: KeptTicket, agent: str, intent: str, turn: int, at: str) -> Given:
    return Given(
        channel=Channel.PAGE,
        # The form sent twice, or by two people at once, is one answer: the first.
        event_id=f"{ticket.ticket_id}.{turn}",
        ticket_id=ticket.ticket_id,
        text=ticket.text,
        intent=intent,
        predicted=ticket.intent,
        shown=not ticket.blind,
        blind=ticket.blind,
        agent=agent,
        at=at,
        version=ticket.version,
    )


def _place(told: dict[str, str], **more: str) -> str:
    which = told.get("show", "")
    return "/corrections?" + urlencode({"show": which if which in FILTERS else "all", **more})


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 16
