"""The checklist for new users on the dashboard: features add steps, whose state is in the data.

It disappears once all steps are done, or in browsers where a user hid it, which a cookie remembers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app, request
from sqlalchemy import ColumnElement, literal, select
from werkzeug.wrappers import Response

from carafe.database import db
from carafe.registry import Registry
from carafe.web.urls import endpoint_path

IsDone = Callable[[], bool | ColumnElement[bool]]

COOKIE = "checklist"
HIDDEN_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Step:
    """A step. `is_done` returns whether the current user has done it, or a condition for that."""

    order: int
    label: str
    text: str
    endpoint: str
    is_done: IsDone


@dataclass(frozen=True)
class VisibleStep:
    label: str
    text: str
    url: str
    is_done: bool


STEPS = Registry[Step]("checklist", "step of the checklist")


def add(
    app: Flask,
    label: str,
    endpoint: str,
    is_done: IsDone,
    *,
    text: str,
    order: int,
    setting: str | None = None,
) -> None:
    """Add a step that links to a page. Steps are sorted by `order`.

    With a `setting`, such as "AVATARS", the step exists only if that is on.
    """
    if setting is None or app.config[setting]:
        STEPS.add(app, Step(order, label, text, endpoint, is_done))


def visible_steps(user_id: int) -> list[VisibleStep]:
    """Return the steps for the current user: none if all are done, or if the user hid them."""
    if request.cookies.get(COOKIE) == str(user_id):
        return []
    sorted_steps = sorted(STEPS, key=lambda step: step.order)
    if not sorted_steps:
        return []
    # One query for all conditions.
    states = db.session.execute(select(*(_condition(step) for step in sorted_steps))).one()
    steps = [
        VisibleStep(step.label, step.text, endpoint_path(step.endpoint), bool(is_done))
        for step, is_done in zip(sorted_steps, states, strict=True)
    ]
    return [] if all(step.is_done for step in steps) else steps


def _condition(step: Step) -> ColumnElement[bool]:
    is_done = step.is_done()
    return literal(is_done) if isinstance(is_done, bool) else is_done


def hide(response: Response, user_id: int) -> None:
    """Have this browser hide the checklist from a user."""
    config = current_app.config
    response.set_cookie(
        COOKIE,
        str(user_id),
        max_age=HIDDEN_FOR,
        path=current_app.session_interface.get_cookie_path(current_app),
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite=config["SESSION_COOKIE_SAMESITE"],
    )


def init_app(app: Flask) -> None:
    STEPS.init_app(app)
