"""A form that a proof of identity interrupts: it continues in that flow, and in no other."""

import io
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.http import Forms
from carafe.testing.two_factor import set_up
from carafe.tests.site.models import User
from carafe.tests.site.settings import HOME

pytestmark = pytest.mark.any_database

PROOF = "/auth/reauthenticate"
EMAIL = "/account/email"
SECOND_FACTORS = "/account/second-factors"
SENSITIVE_PAGE = f"{SECOND_FACTORS}/totp/new"
NEW_EMAIL = "elsewhere@example.com"
SITE = "http://localhost"


@pytest.fixture
def desk(app, alice, sign_in):
    """Alice's browser, a while after she proved who she is."""
    browser = sign_in(alice)
    later(app, minutes=11)
    return browser


@pytest.fixture
def thief(desk, browser):
    """Someone with a copy of her cookie."""
    other = browser()
    desk.copy_cookies_to(other)
    return other


@pytest.fixture
def events(app):
    """Subject, actor and details of each event of that name, oldest first."""

    def read(action):
        columns = AuditEvent.subject, AuditEvent.actor, AuditEvent.details
        with app.app_context():
            rows = db.session.execute(select(*columns).where(AuditEvent.action == action))
            return [tuple(row) for row in rows]

    return read


def interrupt(browser, email=NEW_EMAIL):
    """Ask for another address without a recent proof; the page that asks for the proof."""
    answer = browser.submit(EMAIL, {"email": email}, headers={"Referer": f"{SITE}{EMAIL}"})
    assert answer.status_code == 303
    assert answer.location.startswith(PROOF)
    return answer.location


def prove(browser, page=PROOF):
    answer = browser.submit(page, {"password": PASSWORD})
    assert answer.status_code == 303
    return answer.location


def next_of(page):
    return parse_qs(urlsplit(page).query)["next"][0]


def continues(browser, path):
    """Whether the page at `path` is one that sends a form again."""
    answer = browser.get(path)
    forms = Forms(answer.text).forms
    return answer.status_code == 200 and any("interrupted_form" in form.fields for form in forms)


def test_it_continues_after_the_proof(desk, mailbox):
    form_page = prove(desk, interrupt(desk))
    assert mailbox.to(NEW_EMAIL) == []
    assert desk.submit(form_page, action=EMAIL).location == EMAIL
    assert len(mailbox.to(NEW_EMAIL)) == 1


def test_what_a_thief_sent_is_not_carried_out_when_the_owner_proves_for_something_else(
    desk, thief, mailbox
):
    interrupt(thief)
    asked = desk.get(SENSITIVE_PAGE)
    assert prove(desk, asked.location) == SENSITIVE_PAGE
    assert not continues(desk, SENSITIVE_PAGE)
    assert not continues(desk, f"{PROOF}/form")
    assert mailbox.to(NEW_EMAIL) == []


def test_what_a_thief_sent_does_not_continue_in_place_of_the_owners_form(desk, thief, mailbox):
    page = interrupt(desk)
    interrupt(thief, "thief@example.com")
    form_page = prove(desk, page)
    assert desk.submit(form_page, action=EMAIL).location == EMAIL
    assert len(mailbox.to(NEW_EMAIL)) == 1
    assert mailbox.to("thief@example.com") == []


def test_a_link_to_the_form_of_a_thief_opens_nothing(desk, thief):
    """Same user, same session, and a proof given on the very page: but another browser."""
    page = interrupt(thief)
    assert NEW_EMAIL not in desk.get(page).text
    form_page = prove(desk, page)
    assert not continues(desk, form_page)
    assert not continues(thief, form_page)


def test_the_thief_of_a_cookie_does_not_continue_the_form_of_the_owner(desk, browser):
    page = interrupt(desk)
    thief = browser()
    desk.copy_cookies_to(thief)
    assert prove(desk, page).startswith(f"{PROOF}/form/")
    assert thief.get(next_of(page)).location.startswith("/auth/login")


def test_a_form_that_was_abandoned_is_not_carried_out_later(desk):
    form = desk.fill("/account/delete")
    abandoned = next_of(desk.send(form).location)
    assert prove(desk) == HOME  # for nothing in particular
    assert desk.get(abandoned).location == f"{PROOF}?next={abandoned}"
    desk.get(SENSITIVE_PAGE)
    assert prove(desk) != abandoned


@pytest.mark.parametrize("ask", ["page", "form"])
def test_it_is_dropped_when_something_else_is_asked_for(ask, desk):
    page = interrupt(desk)
    if ask == "page":
        desk.get(SENSITIVE_PAGE)
    else:
        desk.submit(SECOND_FACTORS, action=f"{SECOND_FACTORS}/totp")
    assert NEW_EMAIL not in desk.get(page).text
    answer = desk.get(prove(desk, page))
    assert (answer.status_code, answer.location) == (303, EMAIL)
    assert "submit your earlier form" in desk.get(EMAIL).text


def test_it_is_dropped_when_something_else_is_done(app, desk):
    page = interrupt(desk)
    prove(desk)
    answer = desk.submit(SECOND_FACTORS, action=f"{SECOND_FACTORS}/totp")
    assert answer.location == SENSITIVE_PAGE
    assert not continues(desk, prove(desk, page))


def test_in_two_tabs_each_proof_leads_to_what_it_was_asked_for(desk):
    first = interrupt(desk)
    second = desk.get(SENSITIVE_PAGE).location
    third = interrupt(desk, "third@example.com")
    assert prove(desk, second) == SENSITIVE_PAGE
    assert not continues(desk, next_of(third))  # proved, but not for this
    assert not continues(desk, prove(desk, first))
    form_page = prove(desk, third)
    assert "third@example.com" in desk.get(form_page).text


def test_it_waits_for_ten_minutes(app, desk):
    page = interrupt(desk)
    later(app, minutes=9)
    assert NEW_EMAIL in desk.get(page).text
    later(app, minutes=1)
    assert not continues(desk, prove(desk, page))


def test_it_is_sent_once(desk, mailbox):
    form_page = prove(desk, interrupt(desk))
    form = desk.fill(form_page, EMAIL)
    assert desk.send(form).status_code == 303
    answer = desk.send(form)
    assert answer.status_code == 409
    assert "was already submitted" in answer.text
    assert not continues(desk, form_page)
    assert len(mailbox.to(NEW_EMAIL)) == 1


def test_it_can_be_corrected_where_it_is_refused(desk, mailbox):
    form_page = prove(desk, interrupt(desk, "nobody"))
    refused = desk.submit(form_page, action=EMAIL)
    assert refused.status_code == 422
    assert desk.send(desk.form(refused, EMAIL, EMAIL), {"email": NEW_EMAIL}).status_code == 303
    assert len(mailbox.to(NEW_EMAIL)) == 1


def test_it_does_not_wait_for_another_user(desk, bob, alice):
    page = interrupt(desk)
    desk.submit(EMAIL, action="/auth/logout")
    desk.submit("/auth/login", {"email": bob.email, "password": PASSWORD})
    assert NEW_EMAIL not in desk.get(page).text
    assert not continues(desk, prove(desk, page))


def test_it_does_not_wait_for_the_next_session(desk, alice):
    page = interrupt(desk)
    desk.submit(EMAIL, action="/auth/logout")
    desk.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert not continues(desk, prove(desk, page))


def test_it_does_not_continue_while_someone_is_impersonated(app, carol, alice, sign_in):
    admin = sign_in(carol)
    later(app, minutes=11)
    form_page = prove(admin, interrupt(admin))
    admin.submit(f"/admin/users/{alice.id}/impersonation", {"reason": "a ticket"})
    assert admin.get(form_page).status_code in (303, 403)
    admin.submit("/members", action="/auth/impersonation/delete")
    assert not continues(admin, form_page)


def test_it_is_not_named_by_what_is_stored(app, desk):
    token = urlsplit(next_of(interrupt(desk))).path.rpartition("/")[2]
    with app.app_context():
        rows = [
            str(value)
            for table in db.metadata.sorted_tables
            for row in db.session.execute(table.select())
            for value in row
        ]
    assert len(token) == 43
    assert not [value for value in rows if token in value or NEW_EMAIL in value]


def test_the_proof_page_says_what_will_happen(desk):
    page = desk.get(interrupt(desk)).text
    assert "After you confirm, your address will be changed" in page
    assert NEW_EMAIL in page
    assert "After you confirm" not in desk.get(PROOF).text


def test_the_proof_page_shows_no_secret(app, alice, sign_in):
    browser = sign_in(alice)
    with app.app_context():
        db.session.execute(db.update(User).values(password_hash=""))
        db.session.commit()
    form = browser.fill("/account/password")
    later(app, minutes=11)
    answer = browser.send(form, {"password": "green bottles on a wall"})
    page = browser.get(answer.location).text
    assert "/account/password" in page
    assert "green bottles" not in page


def test_it_is_audited(desk, alice, events):
    details = {"endpoint": "email.request_change"}
    form_page = prove(desk, interrupt(desk))
    assert events("form.interrupted") == [(alice.subject, alice.email, details)]
    assert events("form.continued") == []
    desk.submit(form_page, action=EMAIL)
    assert events("form.continued") == [(alice.subject, alice.email, details)]


def test_what_a_thief_sent_is_audited(desk, thief, alice, events):
    interrupt(thief)
    assert [subject for subject, *_ in events("form.interrupted")] == [alice.subject]


def test_no_more_are_kept_than_people_send(desk, events):
    form = desk.fill(EMAIL)
    for _ in range(31):
        page = desk.send(form, {"email": NEW_EMAIL}).location
    assert len(events("form.interrupted")) == 30
    assert NEW_EMAIL not in desk.get(page).text


@pytest.mark.parametrize("what", ["file", "much"])
def test_what_cannot_be_kept_is_announced(what, desk):
    form = desk.fill(EMAIL)
    more = {"file": (io.BytesIO(b"x"), "x.csv")} if what == "file" else {"more": "x" * 270_000}
    answer = desk.send(form, more, headers={"Referer": f"{SITE}{EMAIL}"})
    assert answer.location == f"{PROOF}?next={EMAIL}"
    assert "We couldn&#39;t save your form" in desk.get(answer.location).text
    assert prove(desk, answer.location) == EMAIL


def test_a_file_field_left_empty_is_no_file(desk):
    form = desk.fill(EMAIL)
    answer = desk.send(form, {"email": NEW_EMAIL, "file": (io.BytesIO(b""), "")})
    assert NEW_EMAIL in desk.get(prove(desk, answer.location)).text


MADE_UP = (
    f"{PROOF}/form",
    f"{PROOF}/form/",
    f"{PROOF}/form/{'x' * 43}",
    f"{PROOF}/form/{'x' * 5000}",
    f"{PROOF}/form/%00",
    f"/{PROOF}/form/x",
    "//[",
    "//evil.example/auth/reauthenticate/form/x",
    f"{PROOF}/form/x?next=//evil.example",
    f"{PROOF}/form/x?next={PROOF}/form/x",
)


def test_an_id_that_was_made_up_leads_nowhere(desk):
    for path in MADE_UP:
        page = f"{PROOF}?next={quote(path, safe='')}"
        assert "After you confirm" not in desk.get(page).text, path
        answer = desk.get(prove(desk, page))
        assert not continues(desk, answer.location or HOME), path
        assert "evil.example" not in (answer.location or ""), path


def test_an_id_that_was_made_up_is_refused_with_the_form(desk, mailbox):
    prove(desk)
    fields = {"email": NEW_EMAIL, "interrupted_form": "x" * 43}
    assert desk.submit(EMAIL, fields).status_code == 409
    assert mailbox.to(NEW_EMAIL) == []


def test_programs_are_refused_and_nothing_is_kept(desk, events):
    headers = {"Accept": "application/json"}
    assert desk.submit(EMAIL, {"email": NEW_EMAIL}, headers=headers).status_code == 403
    assert events("form.interrupted") == []


def test_what_a_thief_sent_does_not_continue_when_the_owner_proves_with_a_code(
    app, alice, sign_in, clock, browser
):
    owner, thief = sign_in(alice), browser()
    totp, _ = set_up(owner)
    clock.step += 1
    later(app, minutes=11)
    owner.copy_cookies_to(thief)
    interrupt(thief)
    answer = owner.submit(PROOF, {"code": totp.code()})
    assert (answer.status_code, answer.location) == (303, HOME)
    assert not continues(owner, f"{PROOF}/form")
