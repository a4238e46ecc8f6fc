"""Actions on the rows of a list: on one row, on those selected, or on all that match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

TONES = "primary", "danger"
# Returns why somebody may not do it to a row, or nothing. That user has an `id` and a `role`.
DenialCheck = Callable[[Any, Any], str | None]


@dataclass(frozen=True)
class Action:
    """One thing to do. `apply` is the model's verb, which also records it for the audit.

    `undo` are label and verb of what puts a row back, offered for 24 hours where the row is still
    as it was left. `where` tells for which rows it makes sense, and `otherwise` what is said of
    others. Who may: those with the `permission`, by default that of the operation "edit".
    """

    name: str
    label: str
    apply: Callable[[Any], Any]
    undo: tuple[str, Callable[[Any], Any]] | None = None
    where: ColumnElement[bool] | None = None
    unavailable_reason: str = "There is nothing to do."
    refusal: DenialCheck | None = None
    permission: str = ""
    # What else follows, in a sentence or two.
    warning: str = ""
    tone: str = "primary"
    # Whether the rows are gone, and with them what refers to them.
    deletes: bool = False
