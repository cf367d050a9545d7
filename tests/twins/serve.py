"""Twins on real addresses of this machine: what a connector meets in production, but for the vendor."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx

from tests.twins.twin import Twin

HURRY = 600
"""Waiting that a twin asks for lasts so many times less; its own clock jumps on meanwhile."""


UNSAID = 10.0
"""Seconds until the next window of a twin whose 429 says it another way."""


@contextmanager
def served(twin: Twin) -> Iterator[str]:
    """The twin's address while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(twin, Lock()))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(twin: Twin, lock: Lock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            address = f"http://{self.headers['host']}{self.path}"
            request = httpx.Request(self.command, address, headers=dict(self.headers), content=body)
            with lock:
                answer = twin.handle(request)
                asked = answer.headers.get("retry-after")
                wait = float(asked or UNSAID * (answer.status_code == httpx.codes.TOO_MANY_REQUESTS))
                twin.clock.sleep(wait)
            content = answer.read()
            # Not `send_response`: that adds the date of today, and a twin lives in its own time.
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("content-length", "retry-after"):
                    self.send_header(name, value)
            if asked:
                self.send_header("Retry-After", str(int(wait / HURRY)))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names are the library's

        def log_message(self, *_: object) -> None:
            """Nothing: the client's own log is what matters."""

    return Handler
