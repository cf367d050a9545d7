"""POST /hooks/{account}: an event of a helpdesk, proved, made durable, answered; the rest comes later."""

import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from ecomintent.errors import InputError
from ecomintent.serving.access import Refused
from ecomintent.serving.schemas import Fault
from ecomintent.tagging.events import ticket_in
from ecomintent.tagging.signatures import Unsigned, verify

log = logging.getLogger(__name__)

UNKNOWN: Final = "no such account, or the event is not signed with its secret; docs/tagging.md says how it is set up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One account's way in."""

    name: str
    kind: str
    secret: str = field(repr=False)
    on: bool


class Beside(Protocol):
    """What works while the server does: `tagging.worker.Worker`, or a fake."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Finish what is in hand."""
        ...


def router(
    hooks: Sequence[Hook],
    take: Callable[[str, str, float], bool],
    now: Callable[[], float] = time.time,
    beside: Beside | None = None,
) -> APIRouter:
    """The pages.

    Args:
        take: `tagging.records.Queue.take`.
        now: seconds since 1970.
        beside: works while the server does.
    """
    faults: dict[int | str, dict[str, Any]] = {code: {"model": Fault} for code in (401, 413, 422, 503)}
    pages = APIRouter(tags=["tagging"], responses=faults, lifespan=_beside(beside))
    known = {hook.name: hook for hook in hooks}
    # Events of unknown accounts are refused as those with a wrong secret are, after as much work.
    nobody = Hook(name="", kind="gorgias", secret=secrets.token_hex(), on=False)

    @pages.post("/hooks/{account}", summary="Take an event of a helpdesk")
    async def event(request: Request, account: str) -> Response:
        """200 once the ticket is in the durable queue, also where it was there before or is done."""
        hook = known.get(account, nobody)
        ticket = _ticket(hook, request.headers, await request.body(), now())
        if ticket and hook.on:
            try:
                await run_in_threadpool(take, hook.name, ticket, now())
            except InputError as error:
                log.critical("an event was not taken: %s", error)
                raise Refused(503, "the queue cannot be written; send it again", retry_after=30) from error
        return JSONResponse({"taken": bool(ticket) and hook.on})

    @pages.head("/hooks/{account}", summary="Say that there is such a page", include_in_schema=False)
    async def there(account: str) -> Response:
        """Intercom asks so before it takes an address; every name is answered alike."""
        return Response()

    return pages


def _beside(what: Beside | None) -> Callable[[object], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        if what:
            what.start()
        yield
        if what:
            await run_in_threadpool(what.stop)

    return lifespan


def _ticket(hook: Hook, headers: Mapping[str, str], body: bytes, now: float) -> str:
    try:
        verify(hook.kind, headers, body, hook.secret, now)
    except Unsigned as error:
        # The account's name is told only where it is one of ours: a path may hold anything.
        log.warning("event refused account=%s reason=%s", hook.name or "unknown", error)
        raise Refused(401, UNKNOWN) from error
    try:
        return ticket_in(hook.kind, body)
    except InputError as error:
        log.warning("event not understood account=%s reason=%s", hook.name, error)
        raise Refused(422, str(error)) from error
