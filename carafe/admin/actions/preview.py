"""What an action is about to do: shown before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_login import current_user
from markupsafe import Markup

from carafe.admin.actions.availability import count_label
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.execution import Execution
from carafe.admin.actions.models import AT_ONCE
from carafe.admin.actions.selection import MAX_IMMEDIATE, Selection, row_labels
from carafe.admin.lists import matching
from carafe.admin.objects import cascades
from carafe.database import db

MAX_NAMED = 20


@dataclass
class Preview:
    # How many it is about: "1,204 users" or "10,000+ users", and how many those are of.
    title: str
    said: int
    # The first by name, how many more there are ("" where none), and what is left out of them.
    first: list[Any]
    more: str
    skipped: dict[str, list[Any]]
    # Whether each was looked at, so that nothing else is left out.
    is_complete: bool
    is_job: bool
    cascades: dict[str, str]


def build_preview(action: Action, chosen: Selection) -> Preview:
    admin = chosen.admin
    ids = list(db.session.scalars(chosen.keys(limit=MAX_IMMEDIATE)))
    looked_at = ids if chosen.ids is None else chosen.ids[:MAX_IMMEDIATE]
    labels = row_labels(admin, ids)
    doing = Execution(admin, action, current_user, chosen.query)
    included_ids: list[int] = []
    left_out: dict[str, list[Any]] = {}
    for id, (_, reason) in doing.reasons(looked_at).items():
        if reason:
            left_out.setdefault(reason, []).append(labels.get(id, Markup("#{}").format(id)))
        else:
            included_ids.append(id)
    said = chosen.count()
    is_complete = chosen.ids is not None and len(chosen.ids) <= MAX_IMMEDIATE
    fits = len(included_ids) if is_complete else chosen.count(*_where(action))
    return Preview(
        title=count_label(admin, fits, matching.format_count(fits)),
        said=said,
        first=[labels[id] for id in included_ids[:MAX_NAMED]],
        more=_more(fits, len(included_ids[:MAX_NAMED])),
        skipped=left_out,
        is_complete=is_complete,
        is_job=chosen.ids is None or len(chosen.ids) > AT_ONCE,
        cascades=_cascades(action, chosen, included_ids if is_complete else None),
    )


def _where(action: Action) -> list[Any]:
    return [] if action.where is None else [action.where]


def _more(count: int, shown: int) -> str:
    if count > matching.COUNT_LIMIT:
        return f"more than {matching.COUNT_LIMIT - shown:,}"
    return f"{count - shown:,}" if count > shown else ""


def _cascades(action: Action, chosen: Selection, included_ids: list[int] | None) -> dict[str, str]:
    if not action.deletes:
        return {}
    ids = chosen.keys(limit=cascades.COUNT_LIMIT) if included_ids is None else included_ids
    return cascades.counted(chosen.admin.model, ids)
