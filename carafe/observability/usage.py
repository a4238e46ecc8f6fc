"""Time and statements that a request or job has used."""

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
    """What a request or job has used so far. Times in nanoseconds."""

    queries: int = 0
    database: int = 0
    # Drawing pages and mails, without the queries that they make.
    template: int = 0
    # Of a sample, each statement.
    sample: list[StatementRun] | None = None
    drawing: bool = False
