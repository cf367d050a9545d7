"""GET /health, /ready, /intents and /metrics: is it alive, does it answer, what does it know, how does it fare."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from ecomintent import __version__, taxonomy
from ecomintent.errors import InputError
from ecomintent.serving.access import Refused
from ecomintent.serving.schemas import IntentsAnswer, intents_answer
from ecomintent.serving.service import Service

METRICS_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def router(service: Service) -> APIRouter:
    """All four; /health and /ready need no key, so that an orchestrator may ask."""
    pages = APIRouter(tags=["state"])

    @pages.get("/health", summary="Alive, and what answers since when")
    async def health(request: Request) -> Response:
        """200 as long as the process answers at all, whether a release is loaded or not."""
        return JSONResponse(_health(service, told_all=_is_known(service, request)))

    @pages.get("/ready", summary="Whether tickets are answered", responses={503: {}})
    async def ready(request: Request) -> Response:
        """200 while a release answers, else 503."""
        told = _health(service, told_all=_is_known(service, request))
        is_ready = told["serves"] is not None
        content = {"ready": is_ready, "serves": told["serves"], "problem": told["problem"]}
        return JSONResponse(content, status_code=200 if is_ready else 503)

    @pages.get("/intents", response_model=IntentsAnswer, summary="The intents there are")
    async def intents(request: Request) -> Response:
        """What the release that answers knows, in the order of its scores, and what decides borderline tickets."""
        _admit(service, request)
        serving = service.holder.now.serving
        return JSONResponse(intents_answer(serving.loaded.reader.note.taxonomy if serving else taxonomy.version()))

    @pages.get("/metrics", summary="Counts and times for Prometheus", response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        """No text, no key."""
        _admit(service, request)
        content = service.metrics.text(service.holder.now, service.shadow.counts)
        return Response(content, headers={"content-type": METRICS_FORMAT})

    return pages


def _admit(service: Service, request: Request) -> None:
    key = service.door.admit(request.headers, None)
    request.state.key = key.id if key else "-"


def _is_known(service: Service, request: Request) -> bool:
    """Whether the caller may read what goes wrong here: it names files of this machine."""
    try:
        service.door.admit(request.headers, None)
    except Refused:
        return False
    return True


def _health(service: Service, *, told_all: bool) -> dict[str, Any]:
    now = service.holder.now
    serving = now.serving
    problem = now.problem or ("" if serving or now.looked_at else "still loading")
    return {
        "status": "ok",
        "version": __version__,
        "device": "cpu",
        "labels": list(serving.loaded.reader.note.intents if serving else taxonomy.NAMES),
        "started_at": service.started_at,
        "serves": None
        if serving is None
        else {
            "version": serving.loaded.version,
            "weights": serving.loaded.named.weights,
            "since": serving.since,
            "champion": not serving.fallback,
            "issued_at": serving.loaded.passport.issued_at if serving.loaded.passport else "",
        },
        "warm": now.previous.version if now.previous else None,
        "shadow": now.candidate.version if now.candidate else None,
        "looked_at": now.looked_at,
        "keys": _keys(service),
        "problem": problem
        if told_all or not problem
        else "something is wrong; ask with a key, or see the server's log",
    }


def _keys(service: Service) -> str:
    try:
        return "none needed" if service.door.is_open() else "needed"
    except InputError:
        return "cannot be read"
