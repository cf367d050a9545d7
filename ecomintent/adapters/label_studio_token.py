"""Label Studio's personal tokens: what is sent with a request is good for some minutes, and is got for the token."""

from collections.abc import Generator

import httpx

from ecomintent.adapters.web import Secret


class PersonalToken(httpx.Auth):
    """Exchanges the personal token for one that is good now, and again when that is over."""

    requires_response_body = True

    def __init__(self, address: str, token: Secret) -> None:
        self._address, self._token, self._access = address, token, ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request as one who may; as nobody where the personal token is refused, so that the server says so."""
        if self._access:
            request.headers["Authorization"] = f"Bearer {self._access}"
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                return
        exchanged = yield httpx.Request(
            "POST", f"{self._address}/api/token/refresh/", json={"refresh": self._token.reveal()}
        )
        self._access = _access(exchanged)
        if self._access:
            request.headers["Authorization"] = f"Bearer {self._access}"
        else:
            request.headers.pop("Authorization", None)
        yield request


def _access(exchanged: httpx.Response) -> str:
    """What the server gave for the token; empty where it gave nothing."""
    try:
        body = exchanged.json() if exchanged.is_success else None
    except ValueError:
        body = None
    return str(body.get("access") or "") if isinstance(body, dict) else ""
