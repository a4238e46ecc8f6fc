"""Spans of HTTP calls, and the trace in their headers.

All calls use `requests`, whose sessions are wrapped once. The exporter's own calls are excluded,
since they belong to no trace.
"""

from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session

from carafe.observability.redaction import redact_text
from carafe.observability.tracing.spans import Tracer, mark_failed


def install(tracer: Tracer) -> None:
    send = getattr(Session.send, "__wrapped__", Session.send)

    @wraps(send)
    def traced(session: Session, request: PreparedRequest, **options: Any) -> Response:
        url, method = urlsplit(request.url or ""), request.method or ""
        attributes = {
            "http.request.method": method,
            "server.address": url.hostname or "",
            # Without what comes before the host or after the path, where secrets are; some services
            # have secrets in the path.
            "url.full": redact_text(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"),
        }
        with tracer.call(method, attributes) as span:
            tracer.inject(request.headers)
            response = send(session, request, **options)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 400:
                mark_failed(span, str(response.status_code))
            return response

    Session.send = traced  # type: ignore[method-assign, assignment]
