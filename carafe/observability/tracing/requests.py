"""The span of each request, in the proxy's trace if there is one."""

from contextlib import ExitStack

from flask import Flask, Response, g, request
from opentelemetry.trace import SpanKind, get_current_span

from carafe.observability import logs
from carafe.observability.metrics import METHODS
from carafe.observability.paths import loggable_path
from carafe.observability.requests import UNLOGGED_PATHS
from carafe.observability.tracing.spans import Tracer, mark_failed
from carafe.web.routing import rule_label


def init_app(app: Flask, tracer: Tracer) -> None:
    # As with the request ID, a proxy's is kept, a visitor's is not.
    trusted = app.config["TRUSTED_PROXIES"] > 0

    @app.before_request
    def start() -> None:
        if request.path in UNLOGGED_PATHS:
            return
        method = request.method if request.method in METHODS else "_OTHER"
        route = rule_label(request)
        attributes = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "url.path": loggable_path(),
            "request.id": request.environ["REQUEST_ID"],
        }
        if route:
            attributes["http.route"] = route
        names = ("traceparent", "tracestate") if trusted else ()
        parent = {name: request.headers[name] for name in names if name in request.headers}
        g.tracing = ExitStack()
        name = f"{method} {route}".strip()
        g.tracing.enter_context(tracer.span(name, SpanKind.SERVER, attributes, parent))

    @app.after_request
    def answered(response: Response) -> Response:
        span = get_current_span()
        span.set_attribute("http.response.status_code", response.status_code)
        if user_id := logs.context().get("user_id"):
            span.set_attribute("user.id", str(user_id))
        if response.status_code >= 500:
            mark_failed(span, str(response.status_code))
        return response

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        if tracing := g.pop("tracing", None):
            tracing.close()
