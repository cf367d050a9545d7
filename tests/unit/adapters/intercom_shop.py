"""One Intercom account of a day, read to the end, and conversations as the API tells them."""

from random import Random

from tests.twins.faults import Faulty
from tests.twins.intercom import CUSTOMER, admin

TEXT = "my parcel is three days late, where is it now"


def pages(twin, mark="", *, since="", handle=None, **options):
    """Every page of one sync, all that happened having settled."""
    twin.clock.sleep(twin.settles_after)
    carried = Faulty(handle or twin.handle, Random(1), 0.0)
    return list(twin.connector(carried, twin.clock.sleep, **options).pages(mark, since=since))


def tickets(found):
    return {ticket.ticket_id: ticket for page in found for ticket in page.tickets}


def refused(found):
    return [row for page in found for row in page.refused]


def only(twin, **options):
    """The one ticket there is."""
    [ticket] = tickets(pages(twin, **options)).values()
    return ticket


def conversation(*parts, **more):
    """A conversation as the API tells it."""
    source = {"type": "conversation", "subject": "", "body": f"<p>{TEXT}</p>", "author": CUSTOMER, "redacted": False}
    listed = {"type": "conversation_part.list", "conversation_parts": list(parts), "total_count": len(parts)}
    return {"id": "1", "created_at": 1_772_442_000, "source": source, "conversation_parts": listed, **more}


def changed(number, value, at=1_772_442_000, **more):
    """A part that tells of the intent."""
    details = {"attribute": {"name": "Intent"}, "value": value}
    kind = "conversation_attribute_updated_by_admin"
    part = {"id": number, "part_type": kind, "created_at": at, "author": admin("101"), "event_details": details}
    return {**part, **more}
