"""What can be done with the rows of a list: with one, with those ticked, with all that match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import ColumnElement, case, literal, select

from app.admin.objects import deletion
from app.auth.access import can
from app.auth.permissions import ADMIN, add_permission
from app.core.database import db

if TYPE_CHECKING:
    from app.admin.declaration import Admin

TONES = "primary", "danger"
# Says why somebody may not do it to a row, or nothing. Who it is has an `id` and a `role`.
Refusal = Callable[[Any, Any], str | None]


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
    otherwise: str = "There is nothing to do."
    refusal: Refusal | None = None
    permission: str = ""
    # What else follows, in a sentence or two.
    warning: str = ""
    tone: str = "primary"
    # Whether the rows are gone, and with them what refers to them.
    deletes: bool = False


def declared(admin: Admin) -> dict[str, Action]:
    """The actions of a declaration by their names, with "Delete" where rows may be deleted."""
    given = [replace(one, permission=one.permission or admin.permission("edit"))
             for one in admin.actions]  # fmt: skip
    if "delete" in admin.operations:
        given.append(
            Action(
                "delete", "Delete", partial(_delete, admin), refusal=admin.refusal,
                permission=admin.permission("delete"), tone="danger", deletes=True,
            )
        )  # fmt: skip
    actions = {one.name: one for one in given}
    if len(actions) < len(given):
        raise admin.problem("actions", "two have the same name.", "Give each a name of its own.")
    for one in given:
        if one.tone not in TONES:
            known = " or ".join(TONES)
            raise admin.problem("actions", f"{one.name} has no tone {one.tone}.", f"Give {known}.")
    if given and admin.key.type.python_type is not int:
        raise admin.problem(
            "actions", f"{admin.key.name} is no number.", "Actions need one as the primary key."
        )
    return actions


def _delete(admin: Admin, row: Any) -> None:
    deletion.delete(admin, row, is_one_of_many=True)


def check_permissions(app: Flask, admin: Admin) -> None:
    """Those of the operations are made known here; another one must be known."""
    add_permission(app, admin.permission("edit"))
    granted = app.extensions["permissions"][ADMIN]
    for one in admin.acting.values():
        if one.permission not in granted:
            remedy = "Make it known first: add_permission(app, …)."
            raise admin.problem("actions", f"there is no permission {one.permission}.", remedy)


def allowed(admin: Admin) -> Sequence[Action]:
    """What the one signed in may do with the rows of a list."""
    if not can(admin.permission("read")):
        return []
    return [one for one in admin.acting.values() if can(one.permission)]


def so_many(admin: Admin, count: int, said: str = "") -> str:
    """A number of rows in words: "1 user", "1,204 users"."""
    return f"{said or f'{count:,}'} {admin.one if count == 1 else admin.noun}"


def possible(admin: Admin, id: int) -> Sequence[Action]:
    """What the one signed in may do with this row, as it is now, beside deleting it."""
    known = [one for one in allowed(admin) if not one.deletes]
    if all(one.where is None for one in known):
        return known
    fits: list[Any] = [
        literal(True) if one.where is None else case((one.where, True), else_=False)
        for one in known
    ]
    row = db.session.execute(select(*fits).where(admin.key == id)).first() or ()
    return [one for one, does in zip(known, row, strict=False) if does]
