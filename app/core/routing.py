"""Rules about URLs: who may use which view, and which ids can exist."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Flask, current_app
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1

View = TypeVar("View", bound=Callable[..., Any])


def id_in(text: str) -> int | None:
    """The id that a text is, if there can be such a one."""
    is_one = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID
    return int(text) if is_one else None


@dataclass(frozen=True)
class Policy:
    """Who may use a view. Decorators of a view declare it, `auth.access.check` holds it."""

    public: bool = False
    permission: str | None = None
    # The permission to see what the view changes, since an answer may show it.
    read_permission: str | None = None
    confirmed: bool = False
    # Whether the row that it is about is everybody's who may use it.
    shared: bool = False
    # Only with a recent proof of identity.
    proven: bool = False
    # Only for the user, not for an administrator who acts as them.
    in_person: bool = False
    # Also for those who have yet to set up the second factor that their role requires.
    enrolling: bool = False
    # What a form does, in words that follow "After you confirm,".
    effect: str = ""
    # Asked for by pages that stand open, not by people.
    polled: bool = False
    # Bytes of body that it takes, where that is more than `MAX_CONTENT_LENGTH`.
    body: int = 0


def declare(view: View, **rules: Any) -> View:
    """Add to the policy that a view has. Without any, a view is for nobody but the signed-in."""
    view.policy = replace(getattr(view, "policy", Policy()), **rules)  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open a view to visitors. Every view without this mark needs a signed-in user."""
    return declare(view, public=True)


def shared(view: View) -> View:
    """Declare a view with an ID as one that shows its row to all who may use it.

    Without this mark, a row that refers to a user is that user's alone: a test finds each view
    that shows it to others.
    """
    return declare(view, shared=True)


def polled(view: View) -> View:
    """Declare a view as one that open pages ask for again and again, by htmx.

    That somebody left a page open is no sign of them, and not worth a line of log.
    """
    return declare(view, polled=True)


def body_of(bytes: int) -> Callable[[View], View]:
    """Let a view take a larger body than others: one with a file."""
    return partial(declare, body=bytes)


def effect(text: str) -> Callable[[View], View]:
    """Say what a form does: "your email address will be changed".

    Whoever is asked for a proof of identity first reads what the proof is for.
    """
    return partial(declare, effect=text)


def policy(endpoint: str | None) -> Policy:
    """The policy of an endpoint's view; a URL that does not exist is open to all."""
    if endpoint is None:
        return Policy(public=True)
    return getattr(current_app.view_functions.get(endpoint), "policy", None) or Policy()


class Optional:
    """Routes of a blueprint that exist only where a setting says so: elsewhere they are 404.

    Used as the blueprint itself: `@Optional(blueprint, "MAGIC_LINK").get("/magic-link")`.
    """

    def __init__(self, blueprint: Blueprint, setting: str):
        self.blueprint, self.setting = blueprint, setting

    def get(self, rule: str) -> Callable[[View], View]:
        return partial(self._add, rule, "GET")

    def post(self, rule: str) -> Callable[[View], View]:
        return partial(self._add, rule, "POST")

    def _add(self, rule: str, method: str, view: View) -> View:
        def register(state: BlueprintSetupState) -> None:
            if state.app.config[self.setting]:
                state.add_url_rule(rule, view.__name__, view, methods=[method])

        self.blueprint.record(register)
        return view


class IdConverter(IntegerConverter):
    """`<int:id>` that is 404 beyond what a database can store, instead of an overflow."""

    def __init__(self, map: Map, **options: Any):
        super().__init__(map, **{"max": LARGEST_ID} | options)

    def to_python(self, value: str) -> Any:
        try:
            return super().to_python(value)
        except ValueError:
            # Not a ValidationError: the address would still match for other methods, and be 405.
            raise NotFound from None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
