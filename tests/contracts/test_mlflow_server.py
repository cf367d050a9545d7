"""MLflow behind an address that does not answer as it should. tests/stack has a real server with accounts."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_store import MlflowStore
from ecomintent.adapters.service_settings import ServiceSettings
from ecomintent.errors import InputError


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    """Registered with monkeypatch, so that what the adapter tells MLflow through them is gone after the test."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "")


@pytest.fixture
def answering():
    """Starts a server that answers everything with one status; its address, and what it was sent as credentials."""
    servers, credentials = [], []

    def start(status):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):  # the name http.server looks for
                credentials.append(self.headers["Authorization"])
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"no")

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}", credentials

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def registry(url):
    services = ServiceSettings(mlflow_url=url, mlflow_user="loop", mlflow_password="hush")
    return MlflowRegistry(MlflowStore(url, Path("unused"), services))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            401,
            "MLflow does not know the account 'loop'; check ECOMINTENT_MLFLOW_USER and ECOMINTENT_MLFLOW_PASSWORD_FILE",
        ),
        (403, r"MLflow does not let the account 'loop' do this \(get_registered_model\)"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_named_in_one_line_with_the_account(answering, status, said):
    url, credentials = answering(status)

    with pytest.raises(InputError, match=f"^{url}: {said}") as refused:
        registry(url).aliases()

    assert "hush" not in str(refused.value)
    assert credentials == ["Basic bG9vcDpodXNo"]


def test_a_server_that_is_not_there_is_named_in_one_line():
    with pytest.raises(
        InputError, match=r"^http://127.0.0.1:9: MLflow does not answer; start it, or correct ECOMINTENT"
    ):
        registry("http://127.0.0.1:9").aliases()


def test_nothing_of_a_server_is_looked_for_in_the_home(tmp_path):
    assert MlflowStore("http://127.0.0.1:9", tmp_path).exists()
    assert list(tmp_path.iterdir()) == []
