"""The time and statements that a request or job has used."""

from dataclasses import dataclass


@dataclass(slots=True)
class StatementRun:
    """A statement that ran."""

    sql: str
    ns: int
    rows: int
    call_site: str


@dataclass(slots=True)
class Usage:
    """What a request or job has used so far. Times are in nanoseconds."""

    queries: int = 0
    database: int = 0
    # Rendering pages and emails, without their queries.
    template: int = 0
    # In the sample, each statement.
    sample: list[StatementRun] | None = None
    drawing: bool = False
