"""What every page shares: who is signed in, forms that are this server's own, refusals as pages."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast
from urllib.parse import parse_qs, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from ecomintent.errors import InputError
from ecomintent.serving import html
from ecomintent.serving.access import Refused
from ecomintent.serving.sessions import Session, Sessions, require_same_site

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[Request, Rest], Coroutine[Any, Any, Response]]

FORM: Final = "application/x-www-form-urlencoded"
MOST_FORM_BYTES: Final = 16 * 1024
PLACES: Final = ("/corrections", "/status")
"""Where signing in may lead to."""


def paged(handler: "Page[Rest]") -> "Page[Rest]":
    """Refusals as a page with one clear line, and no fault of the disk as a blank one."""

    @wraps(handler)
    async def answered(request: Request, *args: Rest.args, **kwargs: Rest.kwargs) -> Response:
        try:
            return await handler(request, *args, **kwargs)
        except Refused as refusal:
            return html.page("refused", refusal.status, line=str(refusal), session=None)
        except InputError:
            line = "the server's own database cannot be used just now; its log says why"
            return html.page("refused", 503, line=line, session=None)

    # Named and by place: the framework calls it by name, which the type cannot say.
    return cast("Page[Rest]", answered)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages sent.

    Raises:
        Refused: another site sent it, or it is no form.
    """
    require_same_site(request)
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused(415, f"Content-Type must be {FORM}")
    if len(body) > MOST_FORM_BYTES:
        raise Refused(413, "this form is longer than any of ours")
    try:
        told = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise Refused(400, "this form cannot be read") from error
    return {name: values[0] for name, values in told.items()}


async def session_of(sessions: Sessions, request: Request) -> Session | None:
    """Who is signed in; looked up beside the event loop, which answers tickets."""
    found = await asyncio.to_thread(sessions.of, request)
    if found:
        request.state.key = "page"
    return found


async def require(sessions: Sessions, request: Request, told: dict[str, str]) -> Session:
    """Who sent a form.

    Raises:
        Refused: nobody is signed in, or the form was given to another session.
    """
    found = await session_of(sessions, request)
    if found is None:
        raise Refused(401, "you are signed out; sign in and do it again")
    sessions.require_form(found, told.get("token", ""))
    return found


def to_sign_in(request: Request) -> Response:
    """Sign in first, then come back."""
    return go(f"/sign-in?next={quote(request.url.path)}")


def go(place: str) -> Response:
    """Another page, asked for with GET."""
    return RedirectResponse(place, status_code=303)


def context(session: Session, here: str, **told: Any) -> dict[str, Any]:
    """What every template needs beside its own."""
    return {"session": session, "here": here, **told}
