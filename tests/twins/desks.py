"""The twins from the other side: accounts we may write to, and events, signed as their vendors sign them."""

import hmac
import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ecomintent.adapters.desk_freshdesk import FreshdeskDesk
from ecomintent.adapters.desk_gorgias import GorgiasDesk
from ecomintent.adapters.desk_intercom import IntercomDesk
from ecomintent.adapters.desk_zendesk import ZendeskDesk
from ecomintent.adapters.hook_accounts import HookAccount
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.tagging.records import Rules
from ecomintent.taxonomy import NAMES
from tests.twins import freshdesk, gorgias, gorgias_api, intercom, zendesk
from tests.twins.twin import Twin

TWINS: dict[str, type[Twin]] = {
    "zendesk": zendesk.ZendeskTwin,
    "gorgias": gorgias.GorgiasTwin,
    "freshdesk": freshdesk.FreshdeskTwin,
    "intercom": intercom.IntercomTwin,
}
DESKS = {"zendesk": ZendeskDesk, "gorgias": GorgiasDesk, "freshdesk": FreshdeskDesk, "intercom": IntercomDesk}
SECRET = "shared-with-the-helpdesk"
WRITER = "9001"
FIELDS = {"zendesk": zendesk.FIELD, "gorgias": "", "freshdesk": freshdesk.FIELD, "intercom": intercom.ATTRIBUTE}


def rules(prefix: str = "", **more: Any) -> Rules:
    """Everything on, nothing asked of the confidence but what the release asks."""
    words = {name: f"{prefix}{name.lower()}" for name in NAMES}
    usual = Rules(on=True, threshold=None, active=frozenset(NAMES), words=words, give_up_seconds=86_400.0)
    return replace(usual, **more)


def account(kind: str, url: str = "https://desk.example", *, tags: str = "", **more: Any) -> HookAccount:
    """As an operator would write it; with `tags` it uses tags and no field."""
    prefix = gorgias.PREFIX if kind == "gorgias" else tags
    setup = Setup(
        kind=kind,
        account=kind,
        url=url,
        token=Secret(zendesk.TOKEN),
        user={"zendesk": zendesk.USER, "gorgias": gorgias_api.USER}.get(kind, ""),
        field="" if prefix else FIELDS[kind],
    )
    return HookAccount(setup=setup, signing=Secret(SECRET), tags=prefix, writer=WRITER, rules=rules(prefix, **more))


def event(kind: str, ticket: str, at: float) -> tuple[dict[str, str], bytes]:
    """(headers, body) of what the vendor sends about a new ticket."""
    if kind == "zendesk":
        told: Any = {"type": "zen:event-type:ticket.created", "id": "01J", "detail": {"id": ticket}}
        body, when = json.dumps(told).encode(), datetime.fromtimestamp(at, UTC).isoformat()
        signature = b64encode(hmac.digest(SECRET.encode(), when.encode() + body, "sha256")).decode()
        return {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": when}, body
    if kind == "intercom":
        item = {"type": "conversation", "id": ticket}
        told = {"topic": "conversation.user.created", "first_sent_at": int(at), "data": {"item": item}}
        body = json.dumps(told).encode()
        return {"x-hub-signature": f"sha1={hmac.digest(SECRET.encode(), body, 'sha1').hex()}"}, body
    body = json.dumps({"ticket_id": ticket}).encode()
    return {"x-ecomintent-secret": SECRET}, body
