"""OpenTelemetry traces that connect a request, its queries, its calls to others, and its jobs.

Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_TRACES_EXPORTER` is set. When off, nothing of
OpenTelemetry is imported, but these functions can still be called.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

from flask import Flask

from carafe.config import missing_group
from carafe.observability import logs, queries

if TYPE_CHECKING:
    from carafe.observability.tracing.spans import Tracer

_tracer: "Tracer | None" = None


def propagation_headers() -> dict[str, str]:
    """Return what to store with a job, so that its trace and log lines continue from here."""
    context = logs.context()
    carrier = {"request_id": context["request_id"]} if "request_id" in context else {}
    if _tracer:
        _tracer.inject(carrier)
    return carrier


@contextmanager
def job(name: str, carrier: Mapping[str, str]) -> Iterator[None]:
    """Run a job in the trace, and with the request ID, of the request that enqueued it."""
    with ExitStack() as stack:
        if "request_id" in carrier:
            stack.enter_context(logs.bind(request_id=carrier["request_id"]))
        if _tracer:
            stack.enter_context(_tracer.job(name, carrier))
        yield


@contextmanager
def call(name: str, server: str, port: int | None = None) -> Iterator[None]:
    """Trace a call to another server. Those made with `requests` are traced automatically."""
    attributes = {"server.address": server, **({"server.port": port} if port else {})}
    with _tracer.call(name, attributes) if _tracer else nullcontext():
        yield


def failed(error: BaseException) -> None:
    """Mark the current span as failed, where an exception goes no further."""
    if _tracer:
        _tracer.failed(error)


def init_app(app: Flask) -> None:
    global _tracer
    exporter = app.config["OTEL_TRACES_EXPORTER"]
    endpoint = app.config["OTEL_EXPORTER_OTLP_ENDPOINT"]
    if exporter == "none" or not (exporter or endpoint):
        return
    try:
        from carafe.observability.tracing import outgoing, requests
        from carafe.observability.tracing.spans import Tracer
    except ModuleNotFoundError:
        setting = "OTEL_TRACES_EXPORTER" if exporter else "OTEL_EXPORTER_OTLP_ENDPOINT"
        raise missing_group(setting, "otel") from None
    # If the URL is in a variable, the exporter reads it, and those that take precedence.
    is_variable = not endpoint or "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ
    _tracer = Tracer(app.config["APP_NAME"], None if is_variable else f"{endpoint}/v1/traces")
    requests.init_app(app, _tracer)
    queries.listen(app, _tracer.query)
    outgoing.install(_tracer)
