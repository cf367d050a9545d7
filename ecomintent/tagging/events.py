"""Which ticket an event is about. Nothing else of an event is believed or kept: the ticket itself is asked.

So it does not matter in which order events come, how often, or that our own writing causes one more.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from ecomintent.errors import InputError

DIGITS: Final = 20
HOW: Final = 'docs/tagging.md says what the body must be: {"ticket_id": "123"} is enough'


def ticket_in(kind: str, body: bytes) -> str:
    """The number of the ticket; empty for what is about none, such as a trial of the set-up.

    Raises:
        InputError: nobody can tell. What was sent is not repeated: it may be a customer's words.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON; {HOW}", where="the event") from error
    if not isinstance(told, dict):
        raise InputError(f"no JSON object; {HOW}", where="the event")
    found = _intercom(told) if kind == "intercom" else _other(kind, told)
    if found is None:
        return ""
    number = str(found).strip() if isinstance(found, int | str) and not isinstance(found, bool) else ""
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise InputError(f"without the number of a ticket; {HOW}", where="the event")
    return number


def _intercom(told: Mapping[str, Any]) -> object:
    item = _map(_map(told.get("data")).get("item"))
    is_other = told.get("topic") == "ping" or item.get("type") not in ("conversation", None)
    return None if is_other else item.get("id", "")


def _other(kind: str, told: Mapping[str, Any]) -> object:
    if kind == "zendesk" and "ticket" not in str(told.get("type", "ticket")):
        return None
    places = (told, _map(told.get("detail")), _map(told.get("freshdesk_webhook")), _map(told.get("ticket")))
    names = ("ticket_id", "id", "ticket_id", "id")
    # The `id` at the top is the event's own.
    return next((place[name] for place, name in zip(places, names, strict=True) if name in place), "")


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
