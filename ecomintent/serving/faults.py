"""Every refusal as one clear line of JSON. What was sent is never repeated: it may be a customer's words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from ecomintent.serving.access import Refused
from ecomintent.serving.workers import Overloaded

JSON: Final = "application/json"
FIELDS: Final = ("text", "texts", "threshold", "event_id", "ticket_id", "intent", "previous_intent", "agent", "at")
OF_THE_BODY: Final = ("json_invalid", "extra_forbidden")
"""Kinds of complaints that are not about one field."""
LINES: Final = {
    400: "the body is not JSON that can be read; send a JSON object in UTF-8",
    404: "there is no such page; GET /openapi.json lists what there is",
}
SAID: Final = {
    "missing": "missing; send it",
    "extra_forbidden": "unknown field; GET /openapi.json says which there are",
    "json_invalid": "the body is not JSON; send a JSON object in UTF-8",
    "model_attributes_type": "the body is not a JSON object; send one",
    "dict_type": "the body is not a JSON object; send one",
}


def explain(app: FastAPI) -> None:
    """Let `app` answer every fault so."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Overloaded, _overloaded)


def fault(request: Request, status: int, line: str, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that is turned away."""
    content = {"detail": line, "request_id": request.state.request_id}
    return JSONResponse(content, status_code=status, headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return fault(request, 415, f"Content-Type must be {JSON}")
    errors: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    return fault(request, 422, _line(errors[0]) if errors else "the body is not what is needed; see GET /openapi.json")


def _line(error: Mapping[str, Any]) -> str:
    """Pydantic's first complaint in our words, without the value it is about."""
    kind, said = str(error["type"]), str(error["msg"]).removeprefix("Value error, ")
    # Names of unknown fields are the sender's words too, and may be a message that was put in the wrong place.
    place = ".".join(str(part) for part in error["loc"][1:] if isinstance(part, int) or part in FIELDS)
    if kind == "missing" and not place:
        return "the body is missing; send a JSON object"
    return f"{place}: {SAID.get(kind, said)}" if place and kind not in OF_THE_BODY else SAID.get(kind, said)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    if status == 405:
        line = f"this page does not take {request.method}; it takes {headers.get('Allow', 'another method')}"
    else:
        line = LINES.get(status, str(getattr(error, "detail", "refused")))
    return fault(request, status, line, headers)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return fault(request, error.status, str(error), headers)


async def _overloaded(request: Request, error: Exception) -> Response:
    return fault(request, 503, str(error), {"Retry-After": "1"})
