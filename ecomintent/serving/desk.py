"""Everything the corrections home works with, put together once and handed to its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI

from ecomintent.ports import Clock
from ecomintent.serving.forwarding import Forwarder
from ecomintent.serving.keeping import Keeper
from ecomintent.serving.label_ports import Outbox, Tickets
from ecomintent.serving.sessions import Sessions

UNDO_SECONDS: Final = 60.0
"""For so long an answer given at the page is held back, so that undoing it leaves no trace in the label store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One server's."""

    tickets: Tickets
    outbox: Outbox
    sessions: Sessions
    forwarder: Forwarder
    keeper: Keeper
    clock: Clock

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """What works beside the pages."""
        self.keeper.start()
        self.forwarder.start()
        yield
        self.keeper.stop()
        self.forwarder.stop()
