"""One Freshdesk account on its first day, and syncs of it into a store."""

from datetime import UTC, datetime

import httpx

from ecomintent.adapters import syncing
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import TEXTS, rules_of
from tests.twins.freshdesk import HOUR, FreshdeskTwin
from tests.twins.twin import DAY, TwinClock

LABELLED = [("1", "WISMO", "set_from_blank")]
"""What `Desk.labels` says once the label that `Desk.labelled` gives was read."""


class Desk:
    """An account on its first day, and syncs into a store."""

    def __init__(self, **options):
        self.twin = FreshdeskTwin(TwinClock(), "acme")
        self.store = FakeLabelStore()
        self.options = options
        self.handle = self.twin.handle

    def at(self, day, hour):
        """Let time pass until the hour of a day in March 2026."""
        self.twin.clock.now = max(self.twin.clock.now, datetime(2026, 3, day, tzinfo=UTC).timestamp() + hour * HOUR)

    def connector(self, **options):
        transport = httpx.MockTransport(self.handle)
        return self.twin.connector(transport, self.twin.clock.sleep, **self.options, **options)

    def sync(self, **options):
        return syncing.sync(self.connector(**options), rules_of(self.twin), self.store)

    def settle(self):
        """Sync once everything has long been exported."""
        self.twin.clock.sleep(4 * DAY)
        return self.sync()

    def labels(self):
        return [(c.ticket_id, c.intent, c.provenance.value) for c in self.store.corrections()]

    def seen(self):
        return {ticket for ticket in map(str, self.twin.tickets) if self.store.story(ticket)}

    def opened(self, number, *, every=0.0):
        """Open some tickets, so many seconds apart."""
        for _ in range(number):
            self.twin.open(TEXTS[0])
            self.twin.clock.sleep(every)

    def labelled(self, number=1):
        """Open some tickets on the first day; an agent labels the first."""
        self.opened(number)
        self.at(2, 11)
        self.twin.correct("1", "WISMO", "101")

    def listings(self):
        return [request.url.params for request in self.twin.requests if request.url.path.endswith("/tickets")]
