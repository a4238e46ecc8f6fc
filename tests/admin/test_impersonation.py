"""An admin sees the site as a user does, to help them."""

import html
import re

import pytest
from sqlalchemy import func, select

from carafe.audit import AuditEvent
from carafe.database import db
from carafe.notifications import notify
from carafe.testing.clock import later
from carafe.testing.routes import operations, routes
from tests.site import HOME

BACK = "/auth/impersonation/delete"
REASON = "She cannot find her notes"
ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
# Pages only for the users themselves.
PERSONAL = {
    "account.password", "account.change_password", "account.second_factors",
    "account.begin_totp", "account.renew_recovery_codes", "account.recovery_codes",
    "account.email", "account.request_email", "account.export", "account.export_file",
    "account.delete", "account.schedule_deletion", "account.sessions", "account.end_session",
    "account.end_other_sessions", "auth.reauthenticate", "auth.prove", "auth.interrupted",
    "auth.log_in", "auth.set_password", "notes.export_csv", "auth.return_from_provider",
}  # fmt: skip


@pytest.fixture
def begin():
    """Start an impersonation in an admin's browser."""

    def enter(browser, user, **fields):
        path = f"/admin/users/{user.id}/impersonation"
        answer = browser.submit(path, {"reason": REASON} | fields, **ELSEWHERE)
        assert (answer.status_code, answer.location) == (303, HOME), answer.text
        return browser

    return enter


def banner(page):
    """Return the text above the page."""
    match = re.search(r'<section class="acting".*?</section>', page, re.S)
    return match and html.unescape(" ".join(re.sub(r"<[^>]+>", " ", match[0]).split()))


def test_it_leads_to_the_site_of_the_user_and_back(alice, carol, sign_in, begin, page):
    browser = sign_in(carol)
    assert f'href="{page}/impersonation"' in browser.get(page).text
    begin(browser, alice)
    members = browser.get("/members").text
    assert "Hello, Alice" in members
    assert "Viewing as Alice (alice@example.com)" in banner(members)
    assert "Read-only." in banner(members)
    answer = browser.submit("/members", action=BACK)
    assert (answer.status_code, answer.location) == (303, page)
    assert banner(browser.get(page).text) is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_it_requires_a_short_reason(reason, carol, page, sign_in):
    browser = sign_in(carol)
    assert browser.submit(f"{page}/impersonation", {"reason": reason}).status_code == 422
    assert "Hello, Carol" in browser.get("/members").text


def test_it_is_for_administrators(alice, bob, sam, sign_in):
    path = f"/admin/users/{bob.id}/impersonation"
    for user in (alice, sam):
        browser = sign_in(user)
        assert browser.get(path).status_code == 403
        fields = {"csrf_token": browser.token(), "reason": REASON}
        assert browser.post(path, fields).status_code == 403


def test_it_is_offered_for_those_alone_whom_it_may_be(carol, dave, make_user, sign_in):
    other = make_user("oscar@example.com", role="admin")
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token(), "reason": REASON}
    for id, status in ((carol.id, 403), (other.id, 403), (dave.id, 403), (4711, 404)):
        assert browser.post(f"/admin/users/{id}/impersonation", fields).status_code == status
        assert "/impersonation" not in browser.get(f"/admin/users/{id}").text


def test_it_asks_for_a_proof_first(app, carol, page, sign_in):
    browser = sign_in(carol)
    later(app, minutes=11)
    answer = browser.submit(f"{page}/impersonation", {"reason": REASON})
    assert answer.location.startswith("/auth/reauthenticate")


def test_it_allows_changes_where_that_was_chosen(carol, alice, sign_in, begin, reload):
    browser = begin(sign_in(carol), alice, changes="y")
    assert "Changes apply to their account." in banner(browser.get("/members").text)
    assert browser.submit("/members", {"name": "Alicia"}).status_code == 303
    assert reload(alice).name == "Alicia"


def test_it_offers_changes_to_those_alone_who_may(sam, page, grant, sign_in):
    grant({"users.impersonate"})
    assert "Allow changes" not in sign_in(sam).get(f"{page}/impersonation").text


def test_it_keeps_closed_what_is_for_the_user_in_person(app, carol, alice, sign_in, begin):
    browser = begin(sign_in(carol), alice, changes="y")
    closed, fields = set(), {"csrf_token": browser.token()}
    for route in routes(app):
        if route.endpoint in PERSONAL and route.method in ("GET", "POST"):
            answer = browser.client.open(route.path, method=route.method, data=fields)
            assert answer.status_code == 403, str(route)
            assert "can do this. You&#39;re viewing as them" in answer.text, str(route)
            closed.add(route.endpoint)
    assert closed == PERSONAL & app.view_functions.keys()


def test_the_user_is_told(alice, carol, sign_in, begin):
    browser = begin(sign_in(carol), alice, changes="y")
    browser.submit("/members", {"name": "Alicia"}, action="/members", **ELSEWHERE)
    browser.submit("/members", action=BACK)
    page = sign_in(alice).get("/account/notifications/").text
    assert "An admin viewed your account" in page
    for hidden in ("203.0.113.9", "carol@example.com", REASON):
        assert hidden not in page


def test_the_api_needs_the_token_of_a_form_then_too(app, carol, alice, sign_in, begin):
    browser = begin(sign_in(carol), alice, changes="y")
    changes = [route for route in operations(app) if route.changes]
    for route in changes:
        answer = browser.client.open(route.path, method=route.method, json={"title": "x"})
        assert answer.status_code == 400, str(route)
        assert answer.json["type"].endswith("/invalid-csrf-token"), str(route)
    assert changes


def test_only_a_change_that_was_made_is_recorded(app, carol, alice, sign_in, begin):
    browser = begin(sign_in(carol), alice, changes="y")
    with app.app_context():
        notify(alice.id, "Hello")
        db.session.commit()
    hello = browser.get("/api/v1/notifications").json["items"][0]
    headers = {"X-CSRFToken": browser.token(), "If-Match": "*"}

    def patch(id, **more):
        body = {"read": True}
        path = f"/api/v1/notifications/{id}"
        return browser.client.patch(path, json=body, headers=headers | more).status_code

    def changes():
        with app.app_context():
            query = select(func.count()).where(AuditEvent.action == "impersonation.change_made")
            return db.session.scalar(query)

    assert patch(4711, **{"Idempotency-Key": "a"}) == 404
    assert patch(4711) == 404
    assert changes() == 0
    assert patch(hello["id"], **{"Idempotency-Key": "b"}) == 200
    assert changes() == 1
