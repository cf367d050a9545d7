"""Whether an event really comes from the helpdesk: by its signature where the vendor signs, else by a shared secret.

Zendesk signs time and body (HMAC-SHA256), Intercom the body (HMAC-SHA1), in which it tells when it sent it first.
Gorgias and Freshdesk sign nothing; they send a header that the operator writes into their set-up.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ecomintent.errors import EcomIntentError

WINDOW_SECONDS: Final = 300.0
"""By how much the time of a signature may differ from ours."""
RESENT_SECONDS: Final = 3600.0
"""The same for Intercom's first sending, after which it may send again."""
SHARED: Final = "x-ecomintent-secret"
KINDS: Final = ("zendesk", "gorgias", "freshdesk", "intercom")


class Unsigned(EcomIntentError):
    """An event that is not proved to come from the helpdesk. Says why, to the log only."""


def verify(kind: str, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    """Let an event pass that was sent by the helpdesk, and lately.

    Args:
        kind: one of `KINDS`.
        headers: by lower-case name.
        now: seconds since 1970.
    Raises:
        Unsigned: it was not.
    """
    if kind == "zendesk":
        _zendesk(headers, body, secret, now)
    elif kind == "intercom":
        _intercom(headers, body, secret, now)
    else:
        _same(headers.get(SHARED, ""), secret, f"the header {SHARED}")


def _zendesk(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    at = headers.get("x-zendesk-webhook-signature-timestamp", "")
    right = b64encode(hmac.digest(secret.encode(), at.encode() + body, "sha256")).decode()
    _same(headers.get("x-zendesk-webhook-signature", ""), right, "the signature")
    try:
        told = datetime.fromisoformat(at)
    except ValueError:
        raise Unsigned("the time of the signature is no time") from None
    _recent((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp(), now, WINDOW_SECONDS)


def _intercom(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    right = f"sha1={hmac.digest(secret.encode(), body, 'sha1').hex()}"
    _same(headers.get("x-hub-signature", ""), right, "the signature")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return
    sent = told.get("first_sent_at") or told.get("created_at") if isinstance(told, dict) else None
    if isinstance(sent, int | float) and not isinstance(sent, bool):
        _recent(float(sent), now, RESENT_SECONDS)


def _same(sent: str, right: str, what: str) -> None:
    if not hmac.compare_digest(sent.encode(errors="replace"), right.encode()):
        raise Unsigned(f"{what} is {'wrong' if sent else 'absent'}")


def _recent(at: float, now: float, window: float) -> None:
    if abs(now - at) > window:
        raise Unsigned(f"sent {now - at:.0f} s ago by its own time; at most {window:.0f} s are taken: check the clock")
