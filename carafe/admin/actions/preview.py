"""What an action will do, for the page that confirms it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnElement

from carafe.admin.actions.availability import count_label
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.execution import Execution
from carafe.admin.actions.models import MAX_DIRECT_ROWS
from carafe.admin.actions.selection import MAX_IMMEDIATE, Selection, row_labels
from carafe.admin.lists import matching
from carafe.admin.objects import cascades
from carafe.database import db

MAX_NAMED = 20


@dataclass
class Preview:
    # The number of included rows: "1,204 users" or "10,000+ users"; and of selected rows.
    title: str
    count: int
    # The first rows, the number of further ones in words or "", and skipped rows by reason.
    first: list[Markup]
    more: str
    skipped: dict[str, list[Markup]]
    # Whether all rows were checked, so that no others will be skipped.
    is_complete: bool
    is_job: bool
    cascades: dict[str, str]


def build_preview(action: Action, selection: Selection) -> Preview:
    admin = selection.admin
    ids = list(db.session.scalars(selection.keys(limit=MAX_IMMEDIATE)))
    checked_ids = ids if selection.ids is None else selection.ids[:MAX_IMMEDIATE]
    labels = row_labels(admin, ids)
    execution = Execution(admin, action, current_user, selection.query)
    included_ids: list[int] = []
    skipped: dict[str, list[Markup]] = {}
    for id, candidate in execution.exclusions(checked_ids).items():
        if candidate.reason:
            skipped.setdefault(candidate.reason, []).append(
                labels.get(id, Markup("#{}").format(id))
            )
        else:
            included_ids.append(id)
    is_complete = selection.ids is not None and len(selection.ids) <= MAX_IMMEDIATE
    included = len(included_ids) if is_complete else selection.count(*_conditions(action))
    return Preview(
        title=count_label(admin, included, matching.format_count(included)),
        count=selection.count(),
        first=[labels[id] for id in included_ids[:MAX_NAMED]],
        more=_more(included, len(included_ids[:MAX_NAMED])),
        skipped=skipped,
        is_complete=is_complete,
        is_job=selection.ids is None or len(selection.ids) > MAX_DIRECT_ROWS,
        cascades=_cascades(action, selection, included_ids if is_complete else None),
    )


def _conditions(action: Action) -> list[ColumnElement[bool]]:
    return [] if action.where is None else [action.where]


def _more(count: int, named: int) -> str:
    if count > matching.COUNT_LIMIT:
        return f"more than {matching.COUNT_LIMIT - named:,} others"
    return f"{count - named:,}" if count > named else ""


def _cascades(
    action: Action, selection: Selection, included_ids: list[int] | None
) -> dict[str, str]:
    if not action.deletes:
        return {}
    ids = selection.keys(limit=cascades.COUNT_LIMIT) if included_ids is None else included_ids
    return cascades.counted(selection.admin.model, ids)
