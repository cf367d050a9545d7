"""One Gorgias account, read page by page."""

import httpx

from ecomintent.adapters import syncing
from tests.twins.day import rules_of

TEXT = "where is my parcel, please"


def sync(twin, store):
    """One sync of the account; returns what it did."""
    return syncing.sync(connector(twin), rules_of(twin), store)


def connector(twin, handle=None):
    return twin.connector(httpx.MockTransport(handle or twin.handle), twin.clock.sleep)


def pages(twin, mark="", since="", handle=None):
    return list(connector(twin, handle).pages(mark, since=since))


def tickets(twin, **how):
    return {ticket.ticket_id: ticket for page in pages(twin, **how) for ticket in page.tickets}


def mark_of(twin):
    return pages(twin)[-1].mark


def opened(twin, number=1, wait=60.0):
    """That many tickets, each some time after the last."""
    names = []
    for _ in range(number):
        names.append(twin.open(TEXT))
        twin.clock.sleep(wait)
    return names
