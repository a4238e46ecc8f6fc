"""Names of users and rows in audit events, looked up together when the first is displayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import g
from markupsafe import Markup, escape
from sqlalchemy import select

from carafe.admin.model_admin import ModelAdmin, all_admins
from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db
from carafe.web.routing import parse_id

VISITOR = "Visitor"


@dataclass(frozen=True)
class Name:
    """The name of a user, by email address, or of a row, by its subject ("note:12")."""

    text: str
    is_subject: bool

    @property
    def kind(self) -> str:
        """What a subject is, such as "note"."""
        return _fallback(self).rpartition(" ")[0]

    def __html__(self) -> str:
        return _resolved()[self]

    def __str__(self) -> str:
        return escape(self).striptags()


def actor_name(actor: str | None) -> Name | str:
    """Return who did something: a user, "the app", or a visitor."""
    if actor is None:
        return VISITOR
    return _note(Name(actor, is_subject=False)) if "@" in actor else actor.capitalize()


def subject_name(subject: str) -> Name:
    """Return what something was done to, with a link for those who may read it."""
    return _note(Name(subject, is_subject=True))


def _note(name: Name) -> Name:
    _pending().add(name)
    return name


def _pending() -> set[Name]:
    if "names_pending" not in g:
        g.names_pending, g.names_resolved = set(), {}
    pending: set[Name] = g.names_pending
    return pending


def _resolved() -> Mapping[Name, str]:
    resolved: dict[Name, str] = g.names_resolved
    if names := _pending():
        resolved.update({name: escape(_fallback(name)) for name in names})
        resolved.update(_users(name for name in names if not name.is_subject))
        resolved.update(_rows({name for name in names if name.is_subject}))
        names.clear()
    return resolved


def _fallback(name: Name) -> str:
    if not name.is_subject:
        return name.text
    return name.text.replace("_", " ").replace(":", " ").replace("run ", "bulk action ", 1)


def _users(names: Iterable[Name]) -> Iterator[tuple[Name, str]]:
    user, emails = user_model(), [name.text for name in names]
    readable = [admin for admin in all_admins() if admin.is_permitted("read")]
    admin = next((admin for admin in readable if issubclass(admin.model, UserMixin)), None)
    if not emails or admin is None:
        return
    query = select(user.id, user.email, user.display_name).where(user.email.in_(emails))
    url_of = admin.urls()
    for id, email, text in db.session.execute(query):
        yield Name(email, is_subject=False), _link(url_of(id), id, text)


def _rows(names: set[Name]) -> Iterator[tuple[Name, str]]:
    ids: dict[str, list[int]] = {}
    for name in names:
        table, _, text = name.text.partition(":")
        if (id := parse_id(text)) is not None:
            ids.setdefault(table, []).append(id)
    for admin in all_admins():
        table = admin.model.__tablename__
        if table in ids and admin.options.title and admin.is_permitted("read"):
            url_of = admin.urls()
            for id, text in _titles(admin, ids.pop(table)):
                yield Name(f"{table}:{id}", is_subject=True), _link(url_of(id), id, text)


def _titles(admin: ModelAdmin, ids: list[int]) -> Iterable[tuple[int, str]]:
    # Users' names, rather than their addresses.
    name = "display_name" if issubclass(admin.model, UserMixin) else admin.options.title or ""
    query = select(admin.key, getattr(admin.model, name)).where(admin.key.in_(ids))
    return [(id, text) for id, text in db.session.execute(query)]


def _link(url: str, id: int, text: object) -> str:
    return Markup(f'<a href="{escape(url)}">{escape(text or f"#{id}")}</a>')  # noqa: S704  # nosec B704
