"""Signing in and out, and the files that pages load."""

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecomintent.serving import html
from ecomintent.serving.access import Refused
from ecomintent.serving.label_ports import Accounts
from ecomintent.serving.sessions import Sessions
from ecomintent.serving.signed_in import PLACES, form, go, paged, require, session_of

NAME_CHARS: Final = 61
"""More than an account's name has; what is longer is nobody's."""


def router(sessions: Sessions, accounts: Accounts) -> APIRouter:
    """All of them; none is part of the API."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    async def home() -> Response:
        return go("/corrections")

    @pages.get("/assets/{name}")
    async def assets(name: str) -> Response:
        found = html.asset(name)
        return found or html.page("refused", 404, line="there is no such file", session=None)

    @pages.get("/sign-in")
    @paged
    async def sign_in(request: Request) -> Response:
        if await session_of(sessions, request):
            return go(_place(request.query_params.get("next", "")))
        is_empty = not await asyncio.to_thread(accounts.all)
        return _sign_in(200, "", "", request.query_params.get("next", ""), is_empty=is_empty)

    @pages.post("/sign-in")
    @paged
    async def signed_in(request: Request) -> Response:
        told = await form(request)
        return await _signed_in(sessions, told, secure=_is_https(request))

    @pages.post("/sign-out")
    @paged
    async def signed_out(request: Request) -> Response:
        await require(sessions, request, await form(request))
        answer = go("/sign-in")
        sessions.drop(answer)
        return answer

    return pages


async def _signed_in(sessions: Sessions, told: dict[str, str], *, secure: bool) -> Response:
    name, place = told.get("name", "").strip()[:NAME_CHARS], told.get("next", "")
    try:
        cookie = await asyncio.to_thread(sessions.sign_in, name, told.get("password", ""))
    except Refused as refusal:
        return _sign_in(refusal.status, str(refusal), name, place)
    answer = go(_place(place))
    sessions.keep(answer, cookie, secure=secure)
    return answer


def _sign_in(status: int, line: str, name: str, place: str, *, is_empty: bool = False) -> Response:
    return html.page("sign_in", status, line=line, name=name, place=_place(place), is_empty=is_empty, session=None)


def _place(wanted: str) -> str:
    return wanted if wanted in PLACES else PLACES[0]


def _is_https(request: Request) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
