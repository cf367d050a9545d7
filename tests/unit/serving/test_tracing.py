"""One span a request reaches the collector, and says nothing of what a customer wrote; off, nothing of it is loaded."""

import builtins
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ecomintent.adapters.otlp_spans import OtlpSpans
from ecomintent.adapters.settings import from_environment
from ecomintent.cli.serve import traced
from ecomintent.errors import InputError
from tests.unit.serving.server import Server

ROOT = Path(__file__).parents[3]
SECRET = "zebra-parcel"
"""Stands in texts, paths, queries and headers; nowhere else."""


class Collector:
    """A double that keeps what it is sent."""

    def __init__(self, status=200):
        self.status, self.bodies, self.paths = status, [], []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                collector.paths.append(self.path)
                collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def spans(self):
        """Every span, and what is told of the process."""
        found, resources = [], []
        for body in self.bodies:
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                resources.append({one.key: one.value.string_value for one in group.resource.attributes})
                found += [span for scope in group.scope_spans for span in scope.spans]
        return found, resources


def facts(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.fixture
def collector():
    with Collector().running() as found:
        yield found


def asked(collector, *requests, server=None):
    """What the collector has after these requests and the end of the server."""
    server = server or Server("7")
    with traced(server.app, collector.address):
        client = server.client()
        for method, path, more in requests:
            client.request(method, path, **more)
    return collector.spans()


def test_a_request_is_one_span_with_its_route_and_how_it_went(collector):
    before = time.time_ns()
    (span,), (resource,) = asked(collector, ("POST", "/classify/batch", {"json": {"texts": ["a", "b", "c"]}}))

    assert collector.paths == ["/v1/traces"]
    assert span.name == "/classify/batch"
    assert facts(span) == {
        "http.request.method": "POST",
        "http.route": "/classify/batch",
        "http.response.status_code": 200,
        "ecomintent.tickets": 3,
        "ecomintent.version": "7",
    }
    assert before <= span.start_time_unix_nano < span.end_time_unix_nano <= time.time_ns()
    assert set(resource) == {"service.name", "service.version"}


def test_no_word_of_a_ticket_a_path_a_query_or_a_header_is_in_what_is_sent(collector):
    said = {"headers": {"X-Request-ID": SECRET, "User-Agent": SECRET, "traceparent": SECRET, "baggage": f"a={SECRET}"}}
    spans, _ = asked(
        collector,
        ("POST", "/classify", {"json": {"text": SECRET}, **said}),
        ("POST", "/classify", {"json": {SECRET: SECRET}, **said}),
        ("POST", f"/{SECRET}?{SECRET}={SECRET}", said),
        ("GET", f"/health?{SECRET}", said),
        (SECRET.upper(), "/classify", said),
    )

    assert [(span.name, facts(span)["http.response.status_code"]) for span in spans] == [
        ("/classify", 200),
        ("/classify", 422),
        ("none", 404),
        ("/health", 200),
        ("/classify", 405),
    ]
    assert facts(spans[-1])["http.request.method"] == "other"
    assert not any(SECRET.encode() in body.lower() for body in collector.bodies)
    assert not any(span.parent_span_id for span in spans)


def test_a_fault_of_ours_is_a_span_that_says_error_and_not_which(collector):
    server = Server("7")
    server.reader("7").read = lambda text: {}[text]
    (span,), _ = asked(collector, ("POST", "/classify", {"json": {"text": SECRET}}), server=server)

    assert (facts(span)["http.response.status_code"], span.status.code, span.status.message) == (500, 2, "")
    assert list(span.events) == []
    assert SECRET.encode() not in collector.bodies[0]


@pytest.mark.parametrize("status", [500, 404, None])
def test_a_collector_that_fails_or_is_away_costs_no_request_and_not_the_end_of_the_server(status):
    server, began = Server("7"), time.monotonic()
    with Collector(status or 200).running() as away:
        pass
    with traced(server.app, away.address):
        assert server.ask().status_code == 200

    assert time.monotonic() - began < 30


def test_when_it_is_off_nothing_that_could_send_is_imported(tmp_path):
    # FastAPI itself imports the bare interface (opentelemetry-api), which sends nothing.
    code = (
        "import sys; from ecomintent.adapters import settings; from ecomintent.cli.serve import traced, whole\n"
        "from ecomintent.serving.app import create_app\n"
        "found = settings.current(); service, further = whole(found, loopback=True)\n"
        "app = create_app(service, further)\n"
        "with traced(app, found.serve.otlp): print([m for m in sys.modules if m.startswith(("
        "'opentelemetry.sdk', 'opentelemetry.exporter', 'opentelemetry.proto'))], len(app.user_middleware))"
    )
    environment = {"ECOMINTENT_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )

    assert (done.stdout.strip(), done.stderr) == ("[] 1", "")


@pytest.mark.parametrize(
    "missing", ["opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk.trace"]
)
def test_a_package_that_is_missing_is_told_with_what_to_install(monkeypatch, missing):
    real = builtins.__import__

    def without(name, *rest):
        if name == missing:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"ECOMINTENT_SERVE_OTLP: .* infra/trace-requirements\.txt"):
        OtlpSpans("http://127.0.0.1:4318")


@pytest.mark.parametrize("address", ["http://collector:4318", "https://[::1]:4318/otel/", ""])
def test_the_address_of_a_collector_is_taken(address):
    found = from_environment({"ECOMINTENT_SERVE_OTLP": address}, ROOT)

    assert found.serve.otlp == address.rstrip("/")


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector", "http://me:hush@collector", "http://a/?k=v"])
def test_anything_else_is_refused_without_being_repeated(address):
    with pytest.raises(InputError) as refused:
        from_environment({"ECOMINTENT_SERVE_OTLP": address}, ROOT)

    said = "ECOMINTENT_SERVE_OTLP: it must be the collector's address, such as http://collector:4318"
    assert str(refused.value) == said
