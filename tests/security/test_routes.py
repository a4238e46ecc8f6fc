"""Every route, requested by everyone who must not get through.

New routes are included automatically, unless they are open to visitors.
"""

import time
from io import BytesIO
from typing import Any

import pytest

from app.auth.roles import ROLES
from carafe.auth.permissions import permissions
from carafe.database import db
from carafe.security.rate_limit_store import Full
from carafe.testing.clock import later
from carafe.testing.routes import routes
from carafe.testing.rows import THEIRS, clear, plant
from carafe.testing.two_factor import enroll

# To open a page to visitors, add it here, where every reader of the change sees it.
PUBLIC = {
    "api.docs",
    "api.openapi",
    "api.problem",
    "api.problem_index",
    "auth.accept_invitation",
    "auth.change_email",
    "auth.confirm",
    "auth.confirm_address",
    "auth.confirm_token",
    "auth.create_account",
    "auth.invitation",
    "auth.leave_for_provider",
    "auth.log_in",
    "auth.log_in_with_link",
    "auth.login",
    "auth.logout",
    "auth.magic_link",
    "auth.new_email",
    "auth.old_email",
    "auth.pass_with_code",
    "auth.pass_with_passkey",
    "auth.register",
    "auth.resend",
    "auth.reset",
    "auth.reset_token",
    "auth.restore_email",
    "auth.return_from_provider",
    "auth.second_factor",
    "auth.second_factor_options",
    "auth.send_magic_link",
    "auth.send_reset",
    "auth.set_password",
    "auth.sign_in_options",
    "auth.sign_in_with_passkey",
    "auth.use_magic_link",
    "main.contact",
    "main.index",
    "main.privacy",
    "main.terms",
    "observability.live",
    "observability.metrics",
    "observability.ready",
    "palette.index",
}
# Public forms that count no attempts, …
UNLIMITED = {
    # … because there are 2**256 links to guess:
    "auth.accept_invitation",
    "auth.change_email",
    "auth.confirm_address",
    "auth.log_in_with_link",
    "auth.restore_email",
    "auth.set_password",
    # … because they change only the visitor's own cookie:
    "auth.logout",
    "auth.second_factor_options",
    "auth.sign_in_options",
}
# Forms for logged-in users that count none.
LIMITED = {
    "account.add_passkey",
    "account.change_password",
    "account.make_export",
    "account.request_email",
    "account.save_avatar",
    "auth.connect_provider",
    "auth.prove",
    "auth.prove_with_passkey",
}
# Changes in the admin that nobody else sees: how users arrange their lists.
FOR_ONESELF = {
    "admin.save_columns",
    "admin.reset_columns",
    "admin.save_view",
    "admin.rename_view",
    "admin.delete_view",
    "admin.begin_with",
}

DECLARE = (
    "does not say who may use it. Put @public, @login_required, @confirmed_required or "
    "@permission_required(…) under its route."
)
FILLED = {
    "email": "someone@example.com",
    "password": "four green bottles",
    "current_password": "wrong, and long enough",
    "code": "123456",
    "name": "Someone",
}


def pages_and_forms(app, **options):
    """Yield each route once, since HEAD and OPTIONS follow the same rules."""
    return (route for route in routes(app, **options) if route.method in ("GET", "POST"))


@pytest.fixture
def tokens():
    """Return the fields of an empty form with our token."""
    return lambda browser: {"csrf_token": browser.token()}


def test_each_says_who_may_use_it(app):
    for route in routes(app):
        assert route.declared, f"{route} {DECLARE}"


def test_nothing_is_open_but_this(app):
    opened = {route.endpoint for route in routes(app) if route.public}
    assert opened == PUBLIC & app.view_functions.keys()


@pytest.mark.any_database
def test_a_visitor_is_led_to_log_in(app, visitor, tokens):
    fields, tried = tokens(visitor), set()
    for route in routes(app):
        if not route.public:
            answer = route.open(visitor, data=fields)
            assert answer.status_code == 303, str(route)
            assert answer.location.startswith("/auth/login"), str(route)
            tried.add(route.method)
    assert tried == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.any_database
def test_nothing_changes_without_a_token_or_from_another_site(app, carol, sign_in, tokens):
    browser = sign_in(carol)
    fields, headers = tokens(browser), {"Sec-Fetch-Site": "cross-site"}
    changes = [route for route in routes(app) if route.changes]
    for route in changes:
        assert route.open(browser, data=FILLED).status_code == 400, str(route)
        assert route.open(browser, data=fields, headers=headers).status_code == 403, str(route)
    assert changes
    assert browser.get("/members").status_code == 200


def test_no_view_takes_another_method(app):
    assert {route.method for route in routes(app)} == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.any_database
@pytest.mark.parametrize("role", ROLES)
def test_each_is_for_the_roles_that_have_its_permission(role, app, make_user, sign_in, tokens):
    browser = sign_in(make_user("someone@example.com", role=role))
    fields = tokens(browser) | {"role": "admin"}
    with app.app_context():
        granted = permissions(role)
    tried = 0
    for route in pages_and_forms(app, number=THEIRS):
        if route.permission:
            refused = route.open(browser, data=fields).status_code == 403
            needed = {route.permission, route.policy.read_permission} - {None}
            assert refused == (not needed <= granted), str(route)
            tried += 1
    assert tried


@pytest.mark.any_database
def test_the_administration_is_for_administrators(app, erin, carol, sign_in, tokens):
    browser = sign_in(erin)
    fields = tokens(browser) | {"role": "admin", "name": "x"}
    # Not even for what she does to herself.
    for route in pages_and_forms(app, number=erin.id):
        if route.endpoint.startswith("admin."):
            assert route.open(browser, data=fields).status_code == 403, str(route)
    assert sign_in(carol).get("/admin/").status_code == 200


def test_the_administration_asks_for_a_permission_and_changes_for_a_proof(app):
    for route in routes(app):
        if route.endpoint.startswith("admin."):
            assert route.permission, f"{route} needs @permission_required"
            harmless = not route.changes or route.endpoint in FOR_ONESELF
            assert route.policy.fresh_login or harmless, f"{route} needs @fresh_login_required"


def test_what_is_somebodys_is_not_there_for_others(app, alice, bob, carol, sign_in, tokens):
    theirs, strangers = sign_in(alice), {user.name: sign_in(user) for user in (bob, carol)}
    tried = [
        fault
        for route in pages_and_forms(app, number=THEIRS)
        if (fault := leak(app, route, alice, theirs, strangers, tokens)) is not None
    ]
    assert tried
    assert [fault for fault in tried if fault] == []


def leak(app, route, owner, theirs, strangers, tokens, tables=None) -> str | None:
    """Return what is wrong with a page about a row; None for other pages.

    A page that exists before any row shows what all users share.
    """
    is_private = route.numbered and not (route.public or route.permission or route.policy.shared)
    if not is_private or route.method == "OPTIONS":
        return None
    tables = tables or db.metadata.sorted_tables
    with app.app_context():
        plant(owner.id, tables)
        clear(tables)
    visible_to = [name for name, browser in strangers.items() if _is_there(route, browser, tokens)]
    if len(visible_to) == len(strangers):
        return ""
    with app.app_context():
        plant(owner.id, tables)
    for name, browser in strangers.items():
        if _is_there(route, browser, tokens):
            return f"{route} shows {name} what is someone's. If it is for all, mark it @shared."
    # That it exists for its owner shows that there was something to find.
    return "" if _is_there(route, theirs, tokens) else f"{route} shows its owner nothing."


def _is_there(route, browser, tokens) -> bool:
    return bool(route.open(browser, data=FILLED | tokens(browser)).status_code != 404)


@pytest.mark.any_database
def test_a_proof_that_is_old_is_asked_for_again(app, carol, sign_in, tokens):
    browser = sign_in(carol)
    fields, tried = tokens(browser), 0
    later(app, minutes=11)
    for route in pages_and_forms(app):
        if route.policy.fresh_login:
            answer = route.open(browser, data=fields)
            assert answer.status_code == 303, str(route)
            assert answer.location.startswith("/auth/reauthenticate"), str(route)
            tried += 1
    assert tried


def test_who_must_confirm_their_address_is_led_there(app, erin, sign_in, tokens):
    browser = sign_in(erin)
    fields, tried = tokens(browser), 0
    for route in pages_and_forms(app):
        if route.policy.confirmed:
            answer = route.open(browser, data=fields)
            assert (answer.status_code, answer.location) == (303, "/auth/confirm"), str(route)
            tried += 1
    assert tried


class Exhausted:
    """Counters by which everyone has used up their attempts."""

    def spend(self, *attempt: Any) -> Full:
        return Full(["all"], time.time() + 60)

    full = spend


@pytest.fixture
def beyond(app, monkeypatch, tokens):
    """Return the forms that respond with 429 to clients without attempts left."""

    def refused(forms, open_browser) -> set[str]:
        endpoints = set()
        for route in forms:
            browser = open_browser()
            fields = FILLED | tokens(browser) | {"avatar": (BytesIO(b"x"), "x.png")}
            with monkeypatch.context() as patch:
                patch.setitem(app.extensions, "limits", Exhausted())
                answer = route.open(browser, data=fields)
            if answer.status_code == 429:
                assert 0 < int(answer.headers["Retry-After"]) <= 60, str(route)
                endpoints.add(route.endpoint)
        return endpoints

    return refused


@pytest.mark.any_database
def test_beyond_its_limit_each_is_closed_to_visitors(app, bob, challenge, clock, beyond):
    enroll(app, bob)
    forms = [route for route in routes(app) if route.method == "POST" and route.public]
    # As someone who has typed the password, to include guessing codes.
    open_ones = {route.endpoint for route in forms} - beyond(forms, lambda: challenge(bob))
    assert open_ones == UNLIMITED & app.view_functions.keys()


@pytest.mark.any_database
def test_beyond_its_limit_what_costs_is_closed_to_others(app, alice, sign_in, beyond):
    limited = LIMITED & app.view_functions.keys()
    forms = [r for r in routes(app) if r.method == "POST" and r.endpoint in limited]
    assert beyond(forms, lambda: sign_in(alice)) == limited
