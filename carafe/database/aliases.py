"""Types of statements, rows, and columns whose values the caller doesn't know in advance."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select
from sqlalchemy.orm import InstrumentedAttribute

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
AnyColumn = Column[Any]
AnyAttribute = InstrumentedAttribute[Any]
AnyExpression = ColumnElement[Any]
# An object in JSON.
JSONObject = dict[str, Any]
