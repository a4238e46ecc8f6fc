"""Declarations of actions on the rows of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

TONES = "primary", "danger"
# A function of a row of any model, such as a method of the model.
RowFunction = Callable[[Any], object]
# Returns why a user may not change a row, or None. The user has an `id` and a `role`.
DenialCheck = Callable[[Any, Any], str | None]


@dataclass(frozen=True)
class Button:
    """A button on the page of a row. It asks first if the action has a `warning`.

    It posts to `path` below the row, such as "suspension" for "/admin/users/12/suspension"; the
    endpoint is that of the action, "admin.suspend". `effect` is the text for `auth.effect`.
    """

    path: str
    effect: str
    message: str


@dataclass(frozen=True)
class Action:
    """An action that users apply to a row, to selected rows, or to all matching rows.

    With `button`, the page of a row also has a button for it; with `bulk=False`, only that.

    `apply` is a method of the model, which records an audit event. `undo` is the label and the
    function that reverts it; for 24 hours, users can revert rows that have not changed since.
    `where` limits it to rows for which it makes sense; `unavailable_reason` explains that for
    others. It needs the `permission`, by default that of the operation "edit". `done` completes the
    message that reports it: with "suspended", that is "3 users suspended".
    """

    name: str
    label: str
    apply: RowFunction
    done: str = ""
    undo: tuple[str, RowFunction] | None = None
    where: ColumnElement[bool] | None = None
    unavailable_reason: str = "Nothing to do"
    denial_reason: DenialCheck | None = None
    permission: str = ""
    # Further consequences, in a sentence or two.
    warning: str = ""
    tone: str = "primary"
    # Whether it deletes the rows, and with them their dependent rows.
    deletes: bool = False
    button: Button | None = None
    bulk: bool = True

    @property
    def endpoint(self) -> str:
        """Return the endpoint of its button."""
        return f"admin.{self.name.replace('-', '_')}"

    @property
    def question(self) -> str | None:
        """Return the question its button asks first, or None if it has no other consequences."""
        return f"{self.label}? {self.warning}" if self.warning else None
