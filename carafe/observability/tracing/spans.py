"""Spans, and how they are exported. Names follow OpenTelemetry's semantic conventions 1.41.

Spans contain no values: statements have placeholders, URLs neither query nor token, and exceptions
only their type.
"""

import atexit
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from time import perf_counter_ns, time_ns
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from carafe.observability import logs
from carafe.observability.plans.sql import tokens
from carafe.observability.statements import normalize

# How long a collector that doesn't respond delays the end of a process.
FLUSH_SECONDS = 2

# Words that may follow WITH, and those before a table's name.
OPERATIONS = {"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"}
BEFORE_TABLE = {"FROM", "INTO", "UPDATE", "ONLY"}

propagator = TraceContextTextMapPropagator()


class Tracer:
    def __init__(self, name: str, endpoint: str | None):
        self.name, self.endpoint = name, endpoint
        self.provider: TracerProvider | None = None
        self._starting = threading.Lock()

    @property
    def tracer(self) -> trace.Tracer:
        """Return the tracer, created by the first span, as its thread doesn't survive a fork."""
        if self.provider is None:
            with self._starting:
                self.provider = self.provider or self._start()
        return self.provider.get_tracer("app")

    def _start(self) -> TracerProvider:
        resource = Resource.create()
        if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: self.name}))
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=self.endpoint)))
        _shut_down_at_exit(provider)
        return provider

    def inject(self, carrier: MutableMapping[str, Any]) -> None:
        propagator.inject(carrier)

    def failed(self, error: BaseException) -> None:
        mark_failed(trace.get_current_span(), type(error).__name__)

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind,
        attributes: Mapping[str, Any],
        parent: Mapping[str, str] | None = None,
    ) -> Iterator[Span]:
        """Trace what happens inside in a span, whose trace ID is on the log lines."""
        context = None if parent is None else propagator.extract(parent)
        with (
            self.tracer.start_as_current_span(
                name,
                context,
                kind,
                attributes,
                # They would store its message and traceback.
                record_exception=False,
                set_status_on_exception=False,
            ) as span,
            logs.bind(trace_id=format(span.get_span_context().trace_id, "032x")),
        ):
            try:
                yield span
            except Exception as error:
                mark_failed(span, type(error).__name__)
                raise

    def job(self, name: str, carrier: Mapping[str, str]) -> AbstractContextManager[Span]:
        return self.span(name, SpanKind.CONSUMER, {"messaging.operation.type": "process"}, carrier)

    @contextmanager
    def call(self, name: str, attributes: Mapping[str, object]) -> Iterator[Span]:
        """Trace a call that is part of a request or job; the exporter's own calls are not."""
        if not (current := trace.get_current_span()).is_recording():
            yield current
            return
        with self.span(name, SpanKind.CLIENT, attributes) as span:
            yield span

    def query(self, statement: str, started: int, ended: int, context: Any) -> None:
        """Trace a statement that ran as part of a request or job."""
        if not trace.get_current_span().is_recording():
            return
        statement = normalize(statement)
        operation, table = _operation(statement)
        past = time_ns() - perf_counter_ns()
        span = self.tracer.start_span(
            f"{operation} {table}" if table else operation,
            kind=SpanKind.CLIENT,
            attributes={
                "db.system.name": context.dialect.name,
                "db.operation.name": operation,
                "db.query.text": statement,
            },
            start_time=past + started,
        )
        span.end(past + ended)


def mark_failed(span: Span, type: str) -> None:
    span.set_attribute("error.type", type)
    span.set_status(Status(StatusCode.ERROR))


@lru_cache(1000)
def _operation(statement: str) -> tuple[str, str]:
    """Return a statement's operation and the first table it names outside parentheses."""
    operation, previous, table, depth = "", "", "", 0
    for token in tokens(statement):
        if token.kind == "space":
            continue
        depth += (token.word == "(") - (token.word == ")")
        if depth:
            continue
        if table and not (token.text == "." or previous == "."):
            break
        if token.name and (table or previous in BEFORE_TABLE) and token.word != "ONLY":
            table = token.name  # the last part, if it has a schema
        elif (
            not operation
            and (token.word in OPERATIONS or (not previous and token.kind == "word"))
            and token.word != "WITH"
        ):
            operation = token.word
        previous = token.word or token.text
    return operation or "SQL", table


def _shut_down_at_exit(provider: TracerProvider) -> None:
    """Export what is left when the process exits, without waiting for long.

    The provider itself would wait for 30 seconds. The thread is started now, because Python 3.12
    can't start one during exit.
    """
    exiting = threading.Event()

    def shut_down() -> None:
        exiting.wait()
        provider.shutdown()

    thread = threading.Thread(target=shut_down, name="traces", daemon=True)
    thread.start()

    def at_exit() -> None:
        exiting.set()
        thread.join(FLUSH_SECONDS)

    atexit.register(at_exit)
