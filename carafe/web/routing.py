"""Rules about URLs: who may use which view, and which IDs are valid."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeVar

from flask import Blueprint, Flask, Request, current_app, redirect
from flask.blueprints import BlueprintSetupState
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map, Rule

MAX_ID = 2**63 - 1
# The view's policy in the WSGI environment.
POLICY_KEY = "carafe.policy"

View = TypeVar("View", bound=Callable[..., Any])


def parse_id(text: str) -> int | None:
    """Parse an ID; None if no row can have it."""
    is_one = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_ID
    return int(text) if is_one else None


@dataclass(frozen=True)
class Policy:
    """Who may use a view.

    Its decorators declare it, and `auth.access.enforce_policy` enforces it.
    """

    public: bool = False
    permission: str | None = None
    # The permission to see what the view changes, because a response may show it.
    read_permission: str | None = None
    confirmed: bool = False
    # Whether its row is visible to everyone who may use the view.
    shared: bool = False
    # Requires a recent proof of identity.
    fresh_login: bool = False
    # Only for the user, not for an admin who impersonates them.
    no_impersonation: bool = False
    # Also for users who have yet to set up the second factor that their role requires.
    allow_without_two_factor: bool = False
    # What a form does, in words that follow "After you confirm,".
    effect: str = ""
    # Requested by open pages, not by people.
    background: bool = False
    # Maximum size of the body in bytes, if larger than `MAX_CONTENT_LENGTH`.
    body: int = 0
    # What an API token must have been given; "" for views that accept no token.
    scope: str = ""
    # Returns rules that depend on the arguments in the URL.
    by_arguments: Callable[..., Mapping[str, object]] | None = None


def set_policy(view: View, **rules: Any) -> View:
    """Add to a view's policy. A view without one requires a logged-in user."""
    view.policy = replace(getattr(view, "policy", Policy()), **rules)  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open a view to visitors. Every other view requires a logged-in user."""
    return set_policy(view, public=True)


def shared(view: View) -> View:
    """Show the row of a view with an ID to everyone who may use the view.

    Without this decorator, a row that refers to a user is visible only to that user: a test finds
    each view that shows it to others.
    """
    return set_policy(view, shared=True)


def background_request(view: View) -> View:
    """Declare a view that open pages request repeatedly, with htmx.

    An open page is no sign of activity, and such requests are not logged.
    """
    return set_policy(view, background=True)


def max_body_size(bytes: int) -> Callable[[View], View]:
    """Let a view accept a larger body than others, such as a file."""
    return partial(set_policy, body=bytes)


def effect(text: str) -> Callable[[View], View]:
    """Describe what a form does: "your email address will be changed".

    Users who are asked for a proof of identity read it first.
    """
    return partial(set_policy, effect=text)


def get_policy(endpoint: str | None, arguments: Mapping[str, object] | None) -> Policy:
    """Return the policy of an endpoint's view; nonexistent URLs are public."""
    if endpoint is None:
        return Policy(public=True)
    rules = getattr(current_app.view_functions.get(endpoint), "policy", None) or Policy()
    if rules.by_arguments is None:
        return rules
    return replace(rules, **rules.by_arguments(**(arguments or {})))


def current_policy() -> Policy:
    """Return the policy of this request's view, looked up once per request."""
    request = request_ctx.request
    policy: Policy | None = request.environ.get(POLICY_KEY)
    if policy is None:
        policy = request.environ[POLICY_KEY] = get_policy(request.endpoint, request.view_args)
    return policy


class Declaration:
    """A view argument with few possible values, so statistics and traces distinguish them."""

    name: str


def endpoint_label(request: Request) -> str:
    """Return the endpoint of a request for statistics, including the name of a declaration.

    For users, "office.export" becomes "office.users.export". "" if the page doesn't exist.
    """
    endpoint = request.endpoint or ""
    if not (names := _declared(request)):
        return endpoint
    blueprint, _, view = endpoint.rpartition(".")
    return ".".join(filter(None, [blueprint, *names.values(), view]))


def rule_label(request: Request) -> str:
    """Return the rule of a request for traces: "/things/<int:id>", "/office/users/export"."""
    names, rule = _declared(request), request.url_rule.rule if request.url_rule else ""
    return re.sub(r"<[^<>]*?(\w+)>", lambda part: names.get(part[1], part[0]), rule)


def _declared(request: Request) -> dict[str, str]:
    arguments = request.view_args or {}
    return {k: value.name for k, value in arguments.items() if isinstance(value, Declaration)}


class ConditionalRoutes:
    """Routes of a blueprint that exist only with a certain setting; otherwise they are 404.

    Used like the blueprint: `@ConditionalRoutes(blueprint, "PASSKEYS").get("/passkeys")`. With
    `values`, the setting must have one of them: `(blueprint, "REGISTRATION", "open")`.
    """

    def __init__(self, blueprint: Blueprint, setting: str, *values: str):
        self.blueprint, self.setting, self.values = blueprint, setting, values

    def get(self, rule: str) -> Callable[[View], View]:
        return partial(self._add, rule, "GET")

    def post(self, rule: str) -> Callable[[View], View]:
        return partial(self._add, rule, "POST")

    def _add(self, rule: str, method: str, view: View) -> View:
        def register(state: BlueprintSetupState) -> None:
            value = state.app.config[self.setting]
            if value in self.values if self.values else value:
                state.add_url_rule(rule, view.__name__, view, methods=[method])

        self.blueprint.record(register)
        return view


class IdConverter(IntegerConverter):
    """`<int:id>` that responds with 404 to what a database can't store, instead of overflowing."""

    def __init__(self, map: Map, **options: Any):
        super().__init__(map, **{"max": MAX_ID} | options)

    def to_python(self, value: str) -> int:
        try:
            return int(super().to_python(value))
        except ValueError:
            # Not a ValidationError: the URL would still match other methods, and respond with 405.
            raise NotFound from None


class LazyRule(Rule):
    """A rule that compiles what `url_for` runs when its URL is first built.

    Werkzeug compiles two functions for every rule at once, which is half of what an app with 160
    rules needs to start. It has no public way around that. Should a version name the method
    differently, starts are slower again, and nothing else changes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


def add_slash() -> ResponseReturnValue | None:
    """Redirect to the URL with a trailing slash, for a page with `strict_slashes=False`.

    Werkzeug would do so itself, but before it calls a converter: even for "/office/nothing", where
    no such declaration exists.
    """
    request = request_ctx.request
    rule = request.url_rule
    if rule is None or request.path.endswith("/") or not rule.rule.endswith("/"):
        return None
    query = request.query_string.decode("latin-1")
    return redirect(f"{request.script_root}{request.path}/{'?' if query else ''}{query}", 308)


def init_app(app: Flask) -> None:
    app.url_rule_class = LazyRule
    app.url_map.converters["int"] = IdConverter
    app.before_request(add_slash)
