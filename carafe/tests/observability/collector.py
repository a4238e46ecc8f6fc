"""A collector of traces, played by a thread of this process."""

from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from carafe.observability import tracing
from carafe.testing.loopback import Loopback


@dataclass
class Span:
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool


class Collector(Loopback):
    def __init__(self) -> None:
        super().__init__()
        self.routes["/v1/traces"] = lambda call: (200, {}, b"")

    def spans(self) -> list[Span]:
        """Those that came, the first that ended first."""
        assert tracing._tracer
        assert tracing._tracer.provider
        tracing._tracer.provider.force_flush()
        return [
            Span(
                span.name,
                span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes},
                span.status.code == 2,
            )
            for call in self.called("/v1/traces")
            for resource in ExportTraceServiceRequest.FromString(call.body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def span(self, name: str) -> Span:
        [only_span] = [span for span in self.spans() if span.name == name]
        return only_span
