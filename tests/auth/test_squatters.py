"""What those who sign up with an address of another get from the app. Rules: carafe/tests/auth."""

from app.auth.models import User
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.routes import routes

EMAIL = "owner@example.com"


def test_a_role_opens_nothing_before_the_address_is_confirmed(app, make_user, sign_in):
    browser = sign_in(make_user(EMAIL, role="admin", confirmed_at=None))
    fields, tried = {"csrf_token": browser.token(), "role": "admin"}, 0
    for route in routes(app):
        if route.permission and route.method in ("GET", "POST") and not route.list:
            assert route.open(browser, data=fields).status_code == 403, str(route)
            tried += 1
    assert tried >= 10
    page = browser.get("/members").text
    assert 'href="/admin/"' not in page
    assert "Confirm your email address first" in browser.get("/admin/").text


def test_a_role_that_is_given_to_a_squatter_is_the_owners(
    app, browser, register, carol, sign_in, mailbox
):
    squatter, owner = browser(), browser()
    register(squatter, email=EMAIL, password=PASSWORD)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    path = mailbox.link(EMAIL)
    with app.app_context():
        id = db.session.scalars(db.select(User.id).where(User.email == EMAIL)).one()
    assert sign_in(carol).submit(f"/admin/users/{id}", {"role": "admin"}).status_code == 303
    assert squatter.get("/admin/").status_code == 403
    owner.submit(path, {"password": NEW_PASSWORD})
    owner.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert owner.get("/admin/").status_code == 200


# Mails to an address that is not confirmed go to somebody who may have asked for nothing.


def test_they_have_nothing_mailed_that_they_wrote(browser, register, mailbox):
    text = "Win at www.evil.example"
    squatter = browser()
    register(squatter, email=EMAIL, password=PASSWORD, name=text)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    register(browser(), email=EMAIL, password=NEW_PASSWORD, name=text)
    for path in ("/auth/confirm", "/auth/reset", "/auth/magic-link"):
        browser().submit(path, {"email": EMAIL})
    squatter.submit("/account/export")
    squatter.submit("/account/email", {"email": "third@example.com"})
    new = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    squatter.submit("/account/password", new)
    phone = browser()
    phone.client.environ_base["HTTP_USER_AGENT"] = text
    phone.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    phone.submit("/account/delete")
    browser().submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    mails = mailbox.to(EMAIL)
    assert len({mail["Subject"] for mail in mails}) >= 8
    for mail in [*mails, *mailbox.to("third@example.com")]:
        for part in ("plain", "html"):
            assert "evil.example" not in mail.get_body((part,)).get_content(), mail["Subject"]
        assert "evil.example" not in mail["Subject"]
