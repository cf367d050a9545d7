"""A Zendesk twin, and what the connector makes of it."""

import httpx

from tests.twins.twin import TwinClock
from tests.twins.zendesk import ZendeskTwin

EXPORT = "/api/v2/incremental/tickets/cursor"


class Desk:
    """A twin and what the connector makes of it."""

    def __init__(self):
        self.twin = ZendeskTwin(TwinClock(), "acme")
        self.instead = {}
        """Path -> answers in the twin's place, the first one first; a function is called on its way to the twin."""

    def pages(self, mark="", since=""):
        connector = self.twin.connector(httpx.MockTransport(self._handle), self.twin.clock.sleep)
        return connector.pages(mark, since=since)

    def read(self, mark="", since=""):
        """Every page, of all that happened so far."""
        self.twin.clock.sleep(61)
        self.twin.asked.clear()
        return list(self.pages(mark, since))

    def only(self):
        """The one ticket there is."""
        [page] = self.read()
        assert page.refused == ()
        [ticket] = page.tickets
        return ticket

    def _handle(self, request):
        waiting = self.instead.get(request.url.path.removesuffix(".json"))
        first = waiting.pop(0) if waiting else None
        if isinstance(first, httpx.Response):
            return first
        if first is not None:
            first()
        return self.twin.handle(request)


def audits_of(ticket):
    return f"/api/v2/tickets/{ticket}/audits"


def told(pages):
    return [ticket.ticket_id for page in pages for ticket in page.tickets]
