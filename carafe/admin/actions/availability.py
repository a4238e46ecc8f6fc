"""The actions that the current user may apply, and counts of rows in words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, literal, select

from carafe.admin.actions.declaration import Action
from carafe.admin.model_admin import ModelAdmin
from carafe.auth.identity import can
from carafe.database import db


def allowed(admin: ModelAdmin) -> Sequence[Action]:
    """Return the actions that the current user may apply to rows of a list."""
    if not can(admin.permission("read")):
        return []
    return [action for action in admin.actions.values() if can(action.permission)]


def available_for(admin: ModelAdmin, id: int) -> Sequence[Action]:
    """Return the permitted actions, except deletion, whose condition a row meets."""
    actions = [action for action in allowed(admin) if not action.deletes]
    if can(admin.permission("read")):
        actions += [a for a, _ in admin.buttons if not a.bulk and can(a.permission)]
    if all(action.where is None for action in actions):
        return actions
    conditions: list[ColumnElement[bool]] = [
        literal(True) if action.where is None else case((action.where, True), else_=False)
        for action in actions
    ]
    row = db.session.execute(select(*conditions).where(admin.key == id)).first() or ()
    return [action for action, is_met in zip(actions, row, strict=False) if is_met]


def count_label(admin: ModelAdmin, count: int, text: str = "") -> str:
    """Return a number of rows in words: "1 user", "1,204 users"."""
    return (
        f"{text or f'{count:,}'} {admin.verbose_name if count == 1 else admin.verbose_name_plural}"
    )
