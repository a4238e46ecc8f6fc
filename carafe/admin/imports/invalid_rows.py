"""The errors of an import, which jobs store batch by batch."""

from collections.abc import Iterator

from sqlalchemy import Select, select

from carafe.admin.imports.models import CellError, ImportBatch
from carafe.database import db

MAX_ERRORS = 100
NAMES = "row", "column", "value", "problem"


def iter_batches(run_id: int) -> Iterator[list[CellError]]:
    """Yield all errors in batches."""
    last_id = 0
    while batch := db.session.execute(_batches(run_id, last_id).limit(1)).first():
        last_id, errors = batch
        db.session.rollback()
        yield errors


def first_errors(run_id: int) -> list[CellError]:
    """Return the errors that the page displays."""
    first: list[CellError] = []
    for _, errors in db.session.execute(_batches(run_id).execution_options(yield_per=10)):
        first += errors
        if len(first) >= MAX_ERRORS:
            break
    return first[:MAX_ERRORS]


def _batches(run_id: int, after_id: int = 0) -> Select[int, list[CellError]]:
    query = select(ImportBatch.id, ImportBatch.errors).where(ImportBatch.run_id == run_id)
    return query.where(ImportBatch.id > after_id).order_by(ImportBatch.id)
