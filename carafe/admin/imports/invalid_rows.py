"""The rows of a file that are refused, and why, as it was written down batch by batch."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from carafe.admin.imports.models import ImportBatch
from carafe.database import db

SHOWN = 100
NAMES = "row", "column", "value", "problem"


def chunks(run_id: int) -> Iterator[list[Any]]:
    """Yield all of them, batch by batch."""
    last = 0
    while batch := db.session.execute(_batches(run_id, last).limit(1)).first():
        last, errors = batch
        db.session.rollback()
        yield errors


def _batches(run_id: int, last: int = 0) -> Any:
    own = select(ImportBatch.id, ImportBatch.errors).where(ImportBatch.run_id == run_id)
    return own.where(ImportBatch.id > last).order_by(ImportBatch.id)


def first_errors(run_id: int) -> list[Any]:
    """Those that a page shows."""
    found: list[Any] = []
    for _, some in db.session.execute(_batches(run_id).execution_options(yield_per=10)):
        found += some
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]
