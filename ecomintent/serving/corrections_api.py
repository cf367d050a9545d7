"""POST /corrections: a helpdesk or script tells what a person made of a ticket."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ecomintent import taxonomy
from ecomintent.corrected import Channel, Given, KeptTicket
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.cleaning import READ_CHARS
from ecomintent.labels.texts import fit
from ecomintent.served import Scope
from ecomintent.serving.access import Door, Refused
from ecomintent.serving.classify_pages import FAULTS
from ecomintent.serving.desk import Desk
from ecomintent.serving.schemas import Strict, Text

NAME_CHARS: Final = 200
EXAMPLE: Final[dict[str, Any]] = {
    "event_id": "zendesk-9312-7",
    "ticket_id": "0b5c0f6f8d1c4c0f9d6a3c1f4f3e2a10",
    "text": "where is my order it has been 5 days",
    "intent": "WISMO",
    "previous_intent": "OTHER",
    "agent": "dana",
}


def _name(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError(f"it must be 1-{NAME_CHARS} printable characters")
    return value


def _intent(value: str) -> str:
    known = taxonomy.chain()
    if value not in known.known:
        raise ValueError(f"it is no intent; one of {', '.join(taxonomy.NAMES)}")
    if known.today(value) is None:
        instead = known.reads_as(value) or taxonomy.NAMES
        raise ValueError(f"this intent is no more; say which it is of {', '.join(instead)}")
    return value


Name = Annotated[str, Field(max_length=NAME_CHARS), AfterValidator(_name)]
Intent = Annotated[str, AfterValidator(_intent)]


class CorrectionRequest(Strict):
    """What a person made of one ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    event_id: Name = Field(description="Your own name for this correction; sent again it changes nothing.")
    ticket_id: Name = Field(description="The request id of the answer, or your own id of the ticket.")
    intent: Intent = Field(
        description="What the person says it is; a name of an earlier taxonomy counts as what it reads as today."
    )
    text: Text | None = Field(None, description="The customer's message; may be left out for a ticket that is kept.")
    previous_intent: Intent | None = Field(None, description="What the person saw on the ticket, if anything.")
    agent: Name | None = Field(None, description="Who it was; default: the name of the key.")
    at: Name | None = Field(None, description="When, ISO 8601 with an offset; default: now.")


class CorrectionAnswer(BaseModel):
    """It is on disk."""

    event_id: str
    new: bool = Field(description="False: it was known, and nothing changed.")
    request_id: str


def router(desk: Desk, door: Door) -> APIRouter:
    """The one page."""
    pages = APIRouter(tags=["correct"], responses=FAULTS | {409: FAULTS[400]})

    @pages.post("/corrections", response_model=CorrectionAnswer, summary="Tell what a person made of a ticket")
    async def correct(request: Request, asked: CorrectionRequest) -> Response:
        """Kept on disk before it is answered, and stored as a label once, however often it is sent."""
        key = door.admit(request.headers, Scope.CORRECT)
        request.state.key = key.id if key else "-"
        door.charge(key, 1)
        new = await asyncio.to_thread(_take, desk, asked, key.name if key else "api")
        request.state.tickets = 1
        told: dict[str, Any] = {"event_id": asked.event_id, "new": new, "request_id": request.state.request_id}
        return JSONResponse(told)

    return pages


def _take(desk: Desk, asked: CorrectionRequest, sender: str) -> bool:
    now = desk.clock.now()
    try:
        at = cells.created_at(asked.at or now)
    except InputError as error:
        raise Refused(
            422, "at: it is no time; write ISO 8601 with an offset, such as 2026-11-21T12:00:00+00:00"
        ) from error
    try:
        kept = desk.tickets.find(asked.ticket_id)
        given = _given(asked, kept, sender, at)
        new = desk.outbox.give(given, now=now, held_seconds=0)
    except InputError as error:
        raise Refused(503, "the correction cannot be kept just now; send it again", retry_after=5) from error
    if new is None:
        raise Refused(409, "event_id: it was used for another correction; a new correction needs a name of its own")
    desk.forwarder.wake()
    return new


def _given(asked: CorrectionRequest, kept: KeptTicket | None, sender: str, at: str) -> Given:
    text = fit(asked.text[:READ_CHARS]) if asked.text else kept.text if kept else ""
    if not text:
        raise Refused(422, "text: nothing of it can be kept" if asked.text else "text: no such ticket is kept; send it")
    predicted = asked.previous_intent or (kept.intent if kept else "")
    return Given(
        channel=Channel.API,
        event_id=asked.event_id,
        ticket_id=asked.ticket_id,
        text=text,
        intent=asked.intent,
        predicted=predicted,
        shown=bool(asked.previous_intent),
        blind=False,
        agent=asked.agent or sender,
        at=at,
        version=kept.version if kept else "",
    )
