"""Files that are streamed while they are read."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from carafe.database import db
from carafe.database.aliases import AnyRow, AnySelect
from carafe.tabular.csv_export import csv_file

BATCH_SIZE = 500


def csv_response(
    filename: str,
    query: AnySelect,
    key: InstrumentedAttribute[int] | ColumnElement[int],
) -> Response:
    """Return a CSV file with the rows of `query`, ordered by `key`, one of their unique columns.

    Rows are read in batches, so that memory use doesn't depend on their number.
    """
    names = [column["name"] for column in query.column_descriptions]
    return Response(
        stream_with_context(csv_file(names, _batches(query, key))),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={filename}"},
    )


def _batches(
    query: AnySelect, key: InstrumentedAttribute[int] | ColumnElement[int]
) -> Iterator[list[Sequence[object]]]:
    batch_query = query.add_columns(key).order_by(key).limit(BATCH_SIZE)
    rows: Sequence[AnyRow] = db.session.execute(batch_query).all()
    while rows:
        yield [row[:-1] for row in rows]
        rows = db.session.execute(batch_query.where(key > rows[-1][-1])).all()


def iter_dicts(query: AnySelect) -> Iterator[dict[str, Any]]:
    """Yield the rows of `query` as dicts, read in batches."""
    rows = db.session.execute(query.execution_options(yield_per=BATCH_SIZE))
    for row in rows.mappings():
        yield dict(row)
