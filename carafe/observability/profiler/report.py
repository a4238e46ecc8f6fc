"""What the page of a profile shows."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from wsgiref.types import WSGIEnvironment

from carafe.observability.profiler.tree import Node, build_tree
from carafe.observability.statements import normalize
from carafe.observability.usage import StatementRun, Usage
from carafe.time import now

if TYPE_CHECKING:
    from pyinstrument import Profiler


@dataclass
class Statement:
    """Runs of one statement in a request."""

    sql: str
    call_site: str
    ns: int = 0
    runs: int = 0
    rows: int = 0

    def add(self, run: StatementRun) -> None:
        self.ns += run.ns
        self.rows += run.rows
        self.runs += 1


@dataclass
class Report:
    """Where the time of a request went. Times in nanoseconds."""

    method: str
    url: str
    status: str
    location: str
    size: int
    total: int
    database: int
    template: int
    queries: int
    statements: list[Statement]
    tree: Node
    taken_at: datetime = field(default_factory=now)

    @property
    def repeat_url(self) -> str:
        return f"{self.url}{'&' if '?' in self.url else '?'}_profile"

    @property
    def python(self) -> int:
        return max(0, self.total - self.database - self.template)

    @property
    def shares(self) -> list[tuple[str, str, int]]:
        """Color, label, and microseconds of each part, for the bar."""
        parts = zip(("database", "template", "other"), self.parts, strict=True)
        return [(color, label, ns // 1000) for color, (label, _, ns) in parts]

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """Label, description, and time of each part."""
        queries = "1 query" if self.queries == 1 else f"{self.queries} queries"
        return [
            ("SQL", queries, self.database),
            ("Templates", "without their queries", self.template),
            ("Python", "everything else", self.python),
        ]


class ProfiledResponse(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    size: int


def build_report(
    environ: WSGIEnvironment,
    response: ProfiledResponse,
    total: int,
    usage: Usage,
    profiler: "Profiler",
) -> Report:
    from pyinstrument.renderers import JSONRenderer

    query = environ.get("QUERY_STRING", "")
    root = json.loads(profiler.output(JSONRenderer()))["root_frame"]
    return Report(
        method=environ["REQUEST_METHOD"],
        url=f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}{query and '?'}{query}",
        status=response.status,
        location=dict(response.headers).get("Location", ""),
        size=response.size,
        total=total,
        database=usage.database,
        template=usage.template,
        queries=usage.queries,
        statements=_statements(usage.sample or []),
        tree=build_tree(root),
    )


def _statements(runs: list[StatementRun]) -> list[Statement]:
    """Return the statements that ran, those that took longest first."""
    by_text: dict[str, Statement] = {}
    for run in runs:
        sql = normalize(run.sql)
        by_text.setdefault(sql, Statement(sql, run.call_site)).add(run)
    return sorted(by_text.values(), key=lambda statement: -statement.ns)
