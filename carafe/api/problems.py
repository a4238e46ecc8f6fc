"""Problem details (RFC 9457): what errors under `/api` say to programs, and what each type means.

`type` is the URL of a page about the problem. It and `status` are stable; `title` and `detail` are
for people and may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    PreconditionFailed,
    PreconditionRequired,
    UnprocessableEntity,
    UnsupportedMediaType,
    default_exceptions,
)

from carafe.api.problem_types import PROBLEM_TYPES
from carafe.security.refusals import Refusal
from carafe.web import errors
from carafe.web.routing import public

API_PREFIX = "/api/"


# The type of an error that says nothing more than its status: the first with that status.
_BY_STATUS: dict[int, str] = {}
for _id, _type in PROBLEM_TYPES.items():
    _BY_STATUS.setdefault(_type.status, _id)
_BY_STATUS |= {403: "access-denied"}


@dataclass(frozen=True)
class InvalidValue:
    """What's wrong with one value: of the body, by JSON pointer, or of the query string."""

    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        place = (
            {"pointer": f"#{self.pointer}"}
            if not self.parameter
            else {"parameter": self.parameter, "pointer": f"#/query/{_escape(self.parameter)}"}
        )
        return {"detail": self.detail, **place}


class InvalidFieldsError(UnprocessableEntity):
    """Values of the body that can't be accepted (422)."""

    problem = "invalid-fields"

    def __init__(self, invalid: Sequence[InvalidValue]):
        self.invalid = invalid
        super().__init__(" ".join(dict.fromkeys(value.detail for value in invalid)))

    @classmethod
    def from_messages(cls, messages: Mapping[str, object]) -> InvalidFieldsError:
        """Return the error for messages as marshmallow nests them."""
        return cls(list(_flatten(messages, "")))


class InvalidParameterError(BadRequest):
    """Parameters of the query string that aren't accepted (400)."""

    problem = "invalid-parameter"

    def __init__(self, *invalid: InvalidValue):
        self.invalid = invalid
        super().__init__(" ".join(value.detail for value in invalid))


class InvalidCursorError(BadRequest):
    problem = "invalid-cursor"
    description = "This cursor isn't valid here. Start again without it."


class InvalidJsonError(BadRequest):
    problem = "invalid-json"


class StaleError(PreconditionFailed):
    description = "This was changed in the meantime. Read it again, then repeat your change."


class IfMatchRequiredError(PreconditionRequired):
    description = "Send If-Match with the ETag that you read."


class MediaTypeError(UnsupportedMediaType):
    """A body of a type that isn't accepted (415)."""

    def __init__(self, header: str, accepted: str):
        self.header, self.accepted = header, accepted
        super().__init__(f"Send the body as {accepted}.")

    def get_headers(self, *args: object, **kwargs: object) -> list[tuple[str, str]]:
        return [*super().get_headers(), (self.header, self.accepted)]


def _flatten(messages: Mapping[str, object], path: str) -> list[InvalidValue]:
    values: list[InvalidValue] = []
    for name, content in messages.items():
        pointer = path if name == "_schema" else f"{path}/{_escape(str(name))}"
        if isinstance(content, Mapping):
            values += _flatten(content, pointer)
        elif isinstance(content, list):
            values += [InvalidValue(str(text), pointer) for text in content]
    return values


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def describe(error: HTTPException) -> dict[str, object]:
    """Return the members `type`, `title`, and `errors` of the problem that an error is."""
    if not request.path.startswith(API_PREFIX):
        return {}
    id = getattr(error, "problem", None) or _BY_STATUS.get(error.code or 500)
    refusal: Refusal | None = g.get("refusal")
    if id == "bad-request" and refusal and refusal.event == "csrf.refused":
        id = "invalid-csrf-token"
    if id is None:
        return {}
    url = url_for("api.problem", id=id, _external=True)
    problem = PROBLEM_TYPES[id]
    detail = None if id == "invalid-csrf-token" else _detail(error)  # that one speaks of a form
    detail = detail or problem.description
    members: dict[str, object] = {"type": url, "title": problem.title, "detail": detail}
    if invalid := getattr(error, "invalid", None):
        members["errors"] = [value.as_json() for value in invalid]
    return members


def _detail(error: HTTPException) -> str | None:
    """Return the description of an error, unless it's Werkzeug's, which is for programmers."""
    base = default_exceptions.get(error.code or 500)
    return None if base and error.description == base.description else error.description


@public
def show(id: str) -> ResponseReturnValue:
    return render_template("api/problem.html", id=id, problem=PROBLEM_TYPES.get(id) or abort(404))


@public
def show_all() -> ResponseReturnValue:
    problems = dict(sorted(PROBLEM_TYPES.items(), key=lambda item: item[1].status))
    return render_template("api/problems.html", problems=problems)


def init_app(app: Flask) -> None:
    errors.set_problem_members(app, describe)
