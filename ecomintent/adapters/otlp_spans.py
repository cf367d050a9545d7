"""Spans of the server's requests to an OpenTelemetry collector, by OTLP over HTTP. The only home of opentelemetry.

Sent from a thread of its own; where the collector is away, spans are dropped and requests go on.
"""

from typing import TYPE_CHECKING, Any, Final

from ecomintent import __version__
from ecomintent.adapters.serve_settings import OTLP
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

PATH: Final = "/v1/traces"
SECONDS: Final = 2.0
"""For one batch to be taken; also the longest that the end of the server waits for the last one."""
EVERY_MS: Final = 2000
"""Between two batches."""
MISSING: Final = (
    "spans cannot be sent, a package is missing; "
    "pip install -r infra/trace-requirements.txt -c requirements.lock, or leave it unset"
)


class OtlpSpans:
    """`serving.tracing.Spans` on the SDK."""

    def __init__(self, collector: str) -> None:
        """Start the thread that sends.

        Args:
            collector: address of the collector, without the path of the signal.
        Raises:
            InputError: the packages of the extra `trace` are not installed.
        """
        try:
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.sdk.trace.sampling import ALWAYS_ON
        except ImportError as error:
            raise InputError(MISSING, where=OTLP) from error
        # Not Resource.create: it would look for what to tell of this process, its command line among it.
        resource = Resource({"service.name": "ecomintent", "service.version": __version__})
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(_exporter(collector + PATH), schedule_delay_millis=EVERY_MS)
        )
        self._tracer = self._provider.get_tracer("ecomintent.serving", __version__)

    def add(
        self, route: str, *, method: str, status: int, version: str, tickets: int, started: int, ended: int
    ) -> None:
        """As the port says."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, StatusCode

        facts: dict[str, Any] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "ecomintent.tickets": tickets,
            "ecomintent.version": version,
        }
        span = self._tracer.start_span(
            route, context=Context(), kind=SpanKind.SERVER, attributes=facts, start_time=started
        )
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end(ended)

    def stop(self) -> None:
        """Send what is left, if the collector takes it at once."""
        self._provider.shutdown()


def _exporter(address: str) -> "SpanExporter":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise InputError(MISSING, where=OTLP) from error
    return OTLPSpanExporter(endpoint=address, timeout=SECONDS)
