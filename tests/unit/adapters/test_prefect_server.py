"""A Prefect server that flows cannot use is named, with what to do."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ecomintent.adapters.prefect_server import trouble
from ecomintent.adapters.service_settings import ServiceSettings


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.headers.get("authorization") == "Basic c2hvcDp3b3Jk"
        self.send_response(200 if known else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


def test_a_server_that_is_away_is_named_with_the_variable_to_correct():
    said = trouble(ServiceSettings(prefect_url="http://127.0.0.1:9/api"))

    assert said == (
        "Prefect at http://127.0.0.1:9/api does not answer (ConnectError); start it, or correct ECOMINTENT_PREFECT_URL"
    )


def test_a_server_that_does_not_know_the_account_is_named_without_the_password(address):
    said = trouble(ServiceSettings(prefect_url=address, prefect_auth="shop:wrong"))

    assert said == f"Prefect at {address} does not know this account; check ECOMINTENT_PREFECT_AUTH_FILE"


def test_a_server_that_answers_and_no_server_are_no_trouble(address):
    assert trouble(ServiceSettings(prefect_url=address, prefect_auth="shop:word")) == ""
    assert trouble(ServiceSettings()) == ""
