"""Audit events in words, as admins read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from carafe.admin.columns import EMPTY_VALUE, format_value, humanize
from carafe.admin.names import Name, actor_name, subject_name
from carafe.audit.phrases import phrase

EMPTY = "(empty)"


@dataclass(frozen=True)
class FieldChange:
    """The change of a field. The values of private fields are not recorded."""

    label: str
    before: str
    after: str
    is_private: bool

    def __html__(self) -> str:
        if self.is_private:
            return Markup("{}: changed (private)").format(self.label)
        return Markup(
            '{}: <del><span class="visually-hidden">was </span>{}</del> '
            '<span aria-hidden="true">→</span> '
            '<ins><span class="visually-hidden">is now </span>{}</ins>'
        ).format(self.label, self.before, self.after)


@dataclass(frozen=True)
class Event:
    """An event. Its parts are HTML or text to be escaped."""

    at: datetime
    action: str
    actor: Name | str
    # What was done, and whether the subject is its object ("suspended") or not ("logged in").
    verb: str
    is_transitive: bool
    subject: Name | str
    changes: Sequence[FieldChange]
    # Details other than changes.
    details: Mapping[str, object]

    @property
    def title(self) -> str:
        """Return what was done, as it stands beside who did it: "Suspended"."""
        return self.verb[:1].upper() + self.verb[1:]

    @property
    def summary(self) -> Markup:
        """Return the sentence: "Ada Lovelace suspended Bob Smith"."""
        sentence = Markup("<strong>{}</strong> {}").format(self.actor, self.verb)
        if escape(self.subject) == escape(self.actor):
            return sentence + (" their account" if self.is_transitive else "")
        if not self.subject:
            return sentence
        preposition = "" if self.is_transitive else "for "
        return sentence + Markup(" {}{}").format(preposition, self._object)

    @property
    def _object(self) -> Markup:
        """Return the subject in the sentence: users by name, other rows by kind and title."""
        name = escape(self.subject)
        kind = self.subject.kind if isinstance(self.subject, Name) else ""
        if kind == "user" or name.striptags().startswith(f"{kind} "):
            return name
        return Markup("{} “{}”").format(kind, name)


def build_event(
    at: datetime,
    action: str,
    actor: str | None,
    subject: str | None,
    details: Mapping[str, object],
) -> Event:
    """Return an event in words. Build all events of a page before any is displayed."""
    text = phrase(action)
    is_pair = {"before", "after"} <= details.keys()
    hidden = {"changes", "submission", *(("before", "after") if is_pair else ())}
    return Event(
        at,
        action,
        actor_name(actor),
        text.removesuffix(" {}"),
        text.endswith("{}"),
        subject_name(subject) if subject else "",
        list(_changes(action, details)),
        {name: value for name, value in details.items() if name not in hidden},
    )


def _changes(action: str, details: Mapping[str, object]) -> Iterator[FieldChange]:
    changes = details.get("changes")
    for name, pair in changes.items() if isinstance(changes, dict) else ():
        yield _change(humanize(name), pair)
    if {"before", "after"} <= details.keys():
        # "user.role_changed" changes the role, and "passkey.renamed" the name.
        field = action.partition(".")[2].removesuffix("_changed")
        label = humanize("name" if field == "renamed" else field)
        yield _change(label, [details["before"], details["after"]])


def _change(label: str, pair: object) -> FieldChange:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return FieldChange(label, _value(before), _value(after), pair is None)


def _value(value: object) -> str:
    text = format_value(value)
    return EMPTY if text == EMPTY_VALUE else text
