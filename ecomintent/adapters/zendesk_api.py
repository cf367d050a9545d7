"""Questions to Zendesk's API: its refusals in words, its lists page by page, and who its agents are."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Answer, Sleep, Web
from ecomintent.errors import InputError, SourceError

PER_REQUEST: Final = 100
"""Tickets, audits or users asked for at once."""
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
AGENTS: Final = ("agent", "admin")


class Zendesk:
    """One account's API."""

    def __init__(self, web: Web, *, name: str) -> None:
        """Nothing is sent yet.

        Args:
            name: of the source, for messages: "zendesk:acme".
        """
        self._web, self.name = web, name

    def ask(self, path: str, params: Mapping[str, Any], *, allowed: tuple[int, ...] = ()) -> Answer:
        """As `Web.get`, with Zendesk's reasons for a 403."""
        answer = self._web.get(path, params, allowed=(*allowed, FORBIDDEN))
        if answer.status == FORBIDDEN:
            raise SourceError(
                f"GET /{path} was answered with 403: the token's user is no admin, the token lacks the scope `read`, "
                "or the account's plan leaves this out; docs/connect.md lists what is needed",
                where=self.name,
            )
        return answer

    def body(self, answer: Answer, path: str, key: str) -> Mapping[str, Any]:
        """The answer's body, if it holds a list under `key`.

        Raises:
            SourceError: it does not.
        """
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get(key), list):
            raise SourceError(
                f"GET /{path} was answered with {answer.status} and without a list `{key}`; "
                "check that `url` is the address of a Zendesk account",
                where=self.name,
            )
        return answer.body

    def listed(
        self, path: str, key: str, params: Mapping[str, Any] | None = None, *, allowed: tuple[int, ...] = ()
    ) -> list[Any] | None:
        """A whole list; None where it is answered with one of the `allowed` errors."""
        found, page = list[Any](), {**(params or {}), "page[size]": PER_REQUEST}
        while True:
            answer = self.ask(path, page, allowed=allowed)
            if answer.status in allowed:
                return None
            body = self.body(answer, path, key)
            found += body[key]
            meta = body.get("meta")
            if not isinstance(meta, dict) or not meta.get("has_more"):
                return found
            page = {**page, "page[after]": self.onward(path, page.get("page[after]", ""), meta.get("after_cursor"))}

    def onward(self, path: str, cursor: str, after: object) -> str:
        """The cursor of the next page.

        Raises:
            SourceError: there is none, or it is the one that was just asked for.
        """
        if not isinstance(after, str) or after in ("", cursor):
            raise SourceError(
                f"GET /{path} says that there is more, and gives no cursor to it; sync again later", where=self.name
            )
        return after

    def require_drop_down(self, field: str) -> None:
        """Let a field pass that holds one of several values.

        Raises:
            SourceError: there is none of this id, or it is of another type.
        """
        answer = self.ask(f"api/v2/ticket_fields/{field}.json", {}, allowed=(NOT_FOUND,))
        found = answer.body.get("ticket_field") if isinstance(answer.body, dict) else None
        kind = found.get("type") if isinstance(found, dict) else None
        if kind != "tagger":
            said = "there is none of this id" if answer.status == NOT_FOUND else f"it is of type {kind!r}"
            raise SourceError(f"ticket field {field}: {said}; `field` must be the id of a drop-down", where=self.name)


class Agents:
    """Who may correct a ticket, as far as Zendesk lists them; asked for when first needed."""

    def __init__(self, zendesk: Zendesk) -> None:
        self._zendesk = zendesk
        self._known: frozenset[str] | None = None
        self._strangers = set[str]()

    def has(self, user: str) -> bool:
        """Whether the user was an agent or admin when the list was read."""
        if self._known is None:
            self._known = self._read()
        return user in self._known

    def surely_has(self, user: str) -> bool:
        """As `has`, but the list is read again for one it lacks: agents are hired while a long sync runs."""
        if self.has(user) or user in self._strangers:
            return self.has(user)
        self._known = self._read()
        if user not in self._known:
            self._strangers.add(user)
        return user in self._known

    def _read(self) -> frozenset[str]:
        listed = self._zendesk.listed("api/v2/users.json", "users", {"role[]": list(AGENTS)}) or []
        return frozenset(str(u["id"]) for u in listed if isinstance(u, dict) and u.get("role") in AGENTS and "id" in u)


def api_of(setup: Setup, *, transport: httpx.BaseTransport | None, sleep: Sleep) -> Zendesk:
    """The account's API, with the token of an agent where `user` is given, else with one of OAuth.

    Raises:
        InputError: `field` is no id.
    """
    if not (setup.field.isascii() and setup.field.isdigit()):
        raise InputError(
            f"`field` is {setup.field!r}; write the number at the end of the field's address in the Admin Center",
            where=setup.name,
        )
    token = setup.token.reveal()
    web = Web(
        setup.url,
        name=setup.name,
        auth=httpx.BasicAuth(f"{setup.user}/token", token) if setup.user else None,
        headers={} if setup.user else {"Authorization": f"Bearer {token}"},
        transport=transport,
        sleep=sleep,
    )
    return Zendesk(web, name=setup.name)
