"""POST /classify and /classify/batch: the contract of the public baseline, and what a shop needs beside it."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ecomintent.served import Scope
from ecomintent.serving.access import Refused
from ecomintent.serving.answering import Answer, answer
from ecomintent.serving.lineup import Serving
from ecomintent.serving.schemas import BatchAnswer, BatchRequest, ClassifyAnswer, ClassifyRequest, Fault
from ecomintent.serving.service import Service

DIGITS: Final = 4
FAULTS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Fault} for code in (400, 401, 403, 413, 415, 422, 429, 503)
}


def router(service: Service) -> APIRouter:
    """Both pages."""
    pages = APIRouter(tags=["classify"], responses=FAULTS)

    @pages.post("/classify", response_model=ClassifyAnswer, summary="Put an intent on one ticket")
    async def classify(request: Request, asked: ClassifyRequest) -> Response:
        """A text of any length is answered; what lies behind the model's last token is not read (`truncated`)."""
        started = time.perf_counter()
        serving, answers = await _answers(service, request, [asked.text], asked.threshold)
        (found, drawn), *_ = answers
        return JSONResponse(_told(found, serving, request.state.request_id, _ms(started), drawn))

    @pages.post("/classify/batch", response_model=BatchAnswer, summary="Put an intent on several tickets")
    async def classify_batch(request: Request, asked: BatchRequest) -> Response:
        """Every ticket is answered as if it were asked alone; all of them by the same release."""
        if len(asked.texts) > service.most_texts:
            raise Refused(422, f"texts: {len(asked.texts)} of them; at most {service.most_texts} at once")
        started = time.perf_counter()
        serving, answers = await _answers(service, request, asked.texts, asked.threshold)
        total, request_id = _ms(started), request.state.request_id
        each = round(total / len(answers), 2)
        results = [_told(one, serving, request_id, each, drawn) for one, drawn in answers]
        told = {"results": results, "count": len(results), "request_id": request_id, "total_latency_ms": total}
        return JSONResponse(told)

    return pages


async def _answers(
    service: Service, request: Request, texts: Sequence[str], threshold: float | None
) -> tuple[Serving, list[tuple[Answer, bool]]]:
    """The answers, each with whether it is drawn for the audit; and the one release that gave all of them."""
    key = service.door.admit(request.headers, Scope.CLASSIFY)
    request.state.key = key.id if key else "-"
    service.door.charge(key, len(texts))
    serving = service.holder.now.serving
    if serving is None:
        raise Refused(503, "no release answers yet; GET /ready says why", retry_after=2)
    loaded = serving.loaded
    ask = partial(answer, loaded=loaded, table=service.table, threshold=threshold)
    answers = await service.workers.each(ask, texts)
    request.state.tickets, request.state.version = len(texts), loaded.version
    drawn = []
    for number, one in enumerate(answers):
        level = one.route.confidence.value
        service.metrics.ticket(intent=one.best, confidence=level, version=loaded.version, truncated=one.truncated)
        asked_as = request.state.request_id if len(answers) == 1 else f"{request.state.request_id}.{number}"
        service.shadow.offer(asked_as, one, loaded)
        drawn.append(service.picks.offer(asked_as, one, loaded))
    return serving, list(zip(answers, drawn, strict=True))


def _told(found: Answer, serving: Serving, request_id: str, latency_ms: float, drawn: bool) -> dict[str, Any]:
    return {
        "intent": found.intent,
        "confidence": round(found.confidence, DIGITS),
        "scores": {name: round(score, DIGITS) for name, score in found.scores.items()},
        "below_threshold": found.below_threshold,
        "request_id": request_id,
        "latency_ms": latency_ms,
        "model_version": serving.loaded.version,
        "taxonomy_version": serving.loaded.reader.note.taxonomy,
        "truncated": found.truncated,
        "route": asdict(found.route),
        "audit": drawn,
    }


def _ms(started: float) -> float:
    return round(1000 * (time.perf_counter() - started), 2)
