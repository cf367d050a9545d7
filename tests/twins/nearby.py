"""The way from a connector, which asks the vendor's address, to a twin that is served on this machine."""

import httpx


class Nearby(httpx.HTTPTransport):
    """Takes every request to the twin that is served at an address of this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._at = httpx.URL(address)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(scheme="http", host=self._at.host, port=self._at.port)
        moved = httpx.Request(request.method, there, headers=request.headers, content=request.read())
        return super().handle_request(moved)
