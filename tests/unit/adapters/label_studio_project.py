"""One Label Studio project, and syncs of it into a store."""

import httpx

from ecomintent.adapters import syncing
from tests.twins.day import rules_of

TEXT = "my parcel is three days late, where is it now"


def connected(twin, handle=None, **options):
    return twin.connector(httpx.MockTransport(handle or twin.handle), twin.clock.sleep, **options)


def sync(twin, store, **options):
    since = options.pop("since", "")
    return syncing.sync(connected(twin, **options), rules_of(twin), store, since=since)


def labels(store):
    return [(c.ticket_id, c.intent, c.agent, c.provenance.value) for c in store.corrections()]
