"""Who is signed in: a cookie signed with a secret of the home, a token for every form, and patience with guessers."""

import base64
import binascii
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ecomintent.corrected import Account
from ecomintent.serving.access import Refused
from ecomintent.serving.label_ports import Accounts

COOKIE: Final = "ecomintent_session"
HOURS: Final = 12
TRIES: Final = 5
"""Wrong passwords for one name before it has to wait."""
WAIT_SECONDS: Final = 60.0
MOST_NAMES: Final = 10_000
AT_ONCE: Final = 2
"""Passwords looked at at the same time: each takes 32 MiB and a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    name: str
    token: str
    """What every form of theirs carries."""
    approver: bool = False
    """Whether they may decide about releases."""


class Sessions:
    """The sessions of one home; nothing is kept of them but the secret that signs them."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts, self._now, self._monotonic = accounts, now, monotonic
        self._secret = accounts.secret()
        self._failed: dict[str, tuple[int, float]] = {}
        self._looking = threading.Semaphore(AT_ONCE)

    def sign_in(self, name: str, password: str) -> str:
        """The cookie of a new session.

        Raises:
            Refused: as `check`.
        """
        return self._cookie(self.check(name, password))

    def check(self, name: str, password: str) -> Account:
        """The account of this name and password.

        Raises:
            Refused: 401 for a wrong name or password, 429 after too many of them.
        """
        failed, until = self._failed.get(name, (0, 0.0))
        if failed >= TRIES and self._monotonic() < until:
            raise Refused(429, "too many wrong passwords for this name; try again in a minute", retry_after=60)
        with self._looking:
            account = self._accounts.check(name, password)
        if account is None:
            if len(self._failed) >= MOST_NAMES:
                self._failed.clear()
            self._failed[name] = (failed + 1, self._monotonic() + WAIT_SECONDS)
            raise Refused(401, "name or password is wrong")
        self._failed.pop(name, None)
        return account

    def of(self, request: Request) -> Session | None:
        """Who sent the request; None where nobody is signed in."""
        value = request.cookies.get(COOKIE, "")
        content, _, signature = value.partition(".")
        if not hmac.compare_digest(self._signed("session", content).encode(), signature.encode("utf-8", "replace")):
            return None
        try:
            told = json.loads(base64.urlsafe_b64decode(content + "=="))
        except (ValueError, binascii.Error):
            return None
        account = self._accounts.find(told["name"]) if told["until"] > self._now() else None
        if account is None or account.stamp != told["stamp"]:
            return None
        return Session(account.name, self._signed("form", value), account.approver)

    def require_form(self, session: Session, token: str) -> None:
        """Let a form through that this server gave to this session.

        Raises:
            Refused: 403.
        """
        if not hmac.compare_digest(session.token.encode(), token.encode("utf-8", "replace")):
            raise Refused(403, "this form is from another session; go back, load the page again")

    def keep(self, response: Response, cookie: str, *, secure: bool) -> None:
        """Let the browser keep a session."""
        response.set_cookie(
            COOKIE, cookie, max_age=HOURS * 3600, path="/", httponly=True, samesite="strict", secure=secure
        )

    def drop(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")

    def _cookie(self, account: Account) -> str:
        told = {"name": account.name, "stamp": account.stamp, "until": self._now() + HOURS * 3600}
        content = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
        return f"{content}.{self._signed('session', content)}"

    def _signed(self, purpose: str, content: str) -> str:
        return hmac.new(self._secret, f"{purpose}|{content}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def require_same_site(request: Request) -> None:
    """Turn away what another site's page sent.

    Raises:
        Refused: 403.
    """
    origin = request.headers.get("origin", "null").partition("://")[2]
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") or (
        origin and origin != request.headers.get("host", "")
    ):
        raise Refused(403, "this form was sent by another site")
