"""Search in any part of a text, for the few rows of one user.

No index helps: for many rows, see `fulltext.py`.
"""

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import InstrumentedAttribute


def contains(q: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that one of the columns contains `q`; true if `q` is empty."""
    return or_(*[column.icontains(q, autoescape=True) for column in columns]) if q else true()
