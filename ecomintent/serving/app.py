"""The application: pages, refusals, guard. Started and stopped with what works beside it."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from ecomintent import __version__
from ecomintent.errors import InputError
from ecomintent.serving import classify_pages, state_pages
from ecomintent.serving.faults import explain
from ecomintent.serving.guard import Guard
from ecomintent.serving.service import Service

ABOUT: Final = (
    "Intent of support tickets, and where they go. Over-long texts are cut after the model's last token, never "
    "refused; `truncated` says so. A body above the server's limit is refused with 413."
)

UNTOLD: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""The framework's own telemetry stays off whatever the environment says: it would tell messages of faults."""


def create_app(service: Service, further: Sequence[APIRouter] = ()) -> FastAPI:
    """The application of one server.

    Args:
        further: pages of other rooms.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.watcher.start()
        service.shadow.start()
        yield
        service.watcher.stop()
        service.workers.stop()
        # It asks what still waits; the event loop must not wait with it.
        threading.Thread(target=service.shadow.stop).start()

    # No pages of documentation: they would load scripts from elsewhere. /openapi.json is there.
    app = FastAPI(
        title="ecomintent",
        description=ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=UNTOLD,
    )
    for pages in (classify_pages.router(service), state_pages.router(service), *further):
        app.include_router(pages)
    explain(app)
    app.add_middleware(
        Guard, metrics=service.metrics, most_bytes=service.most_bytes, only_here=lambda: _is_open(service)
    )
    return app


def _is_open(service: Service) -> bool:
    try:
        return service.door.is_open()
    except InputError:
        return False  # the door itself will refuse
