"""The rows of a file that are refused, and why, as it was written down batch by batch."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.admin.imports.models import ImportBatch
from app.core.csv_lines import csv_lines
from app.core.database import db

SHOWN = 100


def as_csv(run_id: int) -> Iterator[str]:
    yield csv_lines([["row", "column", "value", "problem"]])
    last = 0
    while batch := db.session.execute(_batches(run_id, last).limit(1)).first():
        last, found = batch
        db.session.rollback()
        yield csv_lines(found)


def _batches(run_id: int, last: int = 0) -> Any:
    own = select(ImportBatch.id, ImportBatch.errors).where(ImportBatch.run_id == run_id)
    return own.where(ImportBatch.id > last).order_by(ImportBatch.id)


def first(run_id: int) -> list[Any]:
    """Those that a page shows."""
    found: list[Any] = []
    for _, some in db.session.execute(_batches(run_id).execution_options(yield_per=10)):
        found += some
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]
