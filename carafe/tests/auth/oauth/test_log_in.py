"""Logging in with another site."""

import re
import subprocess
import sys

from carafe.auth.models import Session, Totp
from carafe.config import ROOT
from carafe.database import db
from carafe.security import encryption
from carafe.testing.accounts import PASSWORD
from carafe.testing.providers import authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.settings import HOME


def test_it_makes_an_account_and_logs_in(visitor, all_emails, connections):
    answer = make_journey(visitor)
    assert (answer.status_code, answer.location) == (303, HOME)
    assert all_emails() == ["frida@example.com"]
    assert connections() == [("frida@example.com", "acme", "acme-1")]
    page = visitor.get("/members").text
    assert 'value="Frida"' in page
    assert "not confirmed" not in page


def test_it_offers_the_same_when_signing_up(visitor, all_emails):
    assert make_journey(visitor, page="/auth/register").status_code == 303
    assert all_emails() == ["frida@example.com"]


def test_it_knows_who_comes_again_whatever_their_address_is_by_then(
    frida, acme, browser, all_emails, connections
):
    acme.person |= {"email": "married@example.com", "name": "Someone"}
    desk = browser()
    assert make_journey(desk).location == HOME
    assert is_logged_in(desk)
    assert all_emails() == ["frida@example.com"]
    assert len(connections()) == 1


def test_it_leads_on_to_what_was_asked_for(frida, visitor):
    page = visitor.get("/members").location
    assert make_journey(visitor, page=page).location == "/members"


def test_it_leads_to_no_other_site(frida, visitor):
    assert make_journey(visitor, page="/auth/login?next=//evil.example").location == HOME


def test_it_gets_by_without_a_next_that_no_cookie_holds(frida, visitor):
    assert make_journey(visitor, page=f"/auth/login?next=/{'x' * 3000}").location == HOME


def test_it_still_asks_for_the_second_factor(app, frida, visitor):
    with app.app_context():
        secret = encryption.encrypt(b"JBSWY3DPEHPK3PXP", "totp")
        db.session.add(Totp(user_id=frida.id, secret=secret, counter=0))
        db.session.commit()
    page = visitor.get("/members").location
    answer = make_journey(visitor, page=page)
    assert answer.location == "/auth/second-factor?next=/members"
    assert not is_logged_in(visitor)


def test_it_refuses_the_suspended(app, frida, visitor):
    app.test_cli_runner().invoke(args=["user", "suspend", frida.email])
    answer = make_journey(visitor)
    assert answer.location == "/auth/login"
    assert "suspended" in visitor.get(answer.location).text
    assert not is_logged_in(visitor)


def test_it_begins_a_session_of_its_own(app, alice, frida, browser):
    desk = browser()
    url = start_journey(desk)
    before = dict(desk.cookies())
    path = authorize(url)
    desk.get(path)
    after = dict(desk.cookies())
    assert set(before) == {"session"}
    assert before["session"] != after["session"]
    with app.app_context():
        assert db.session.query(Session.user_id).all() == [(frida.id,)]


def test_nobody_is_sent_there_by_another_site(visitor):
    fields = {"csrf_token": visitor.token()}
    assert visitor.post("/auth/oauth/acme").status_code == 400
    assert visitor.post("/auth/oauth/acme", fields, headers={"Origin": "https://evil.example"}
                        ).status_code == 403  # fmt: skip
    assert visitor.get("/auth/oauth/acme").status_code == 405


def test_it_sends_everything_that_protects_the_way(acme, visitor):
    authorize(start_journey(visitor))
    [call] = acme.called("/authorize")
    assert call.query["code_challenge_method"] == "S256"
    assert call.query["redirect_uri"] == "http://localhost/auth/oauth/acme/callback"
    assert len({call.query[name] for name in ("state", "nonce", "code_challenge")}) == 3
    assert "prompt" not in call.query


def test_no_two_ways_are_alike(acme, visitor, browser):
    for opened in (visitor, visitor, browser()):
        authorize(start_journey(opened))
    for name in ("state", "nonce", "code_challenge"):
        assert len({call.query[name] for call in acme.called("/authorize")}) == 3


def test_what_is_kept_in_the_cookie_cannot_be_read(acme, visitor):
    authorize(start_journey(visitor))
    [call] = acme.called("/authorize")
    [(_, cookie)] = visitor.cookies()
    assert call.query["state"] not in cookie


def test_the_way_back_is_made_from_the_configured_address(acme, app):
    client = app.test_client()
    page = client.get("/auth/login", headers={"Host": "evil.example"}).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = client.post("/auth/oauth/acme", data={"csrf_token": token[1]},
                         headers={"Host": "evil.example"})  # fmt: skip
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Fauth%2Foauth%2Facme%2Fcallback" in answer.text


def test_an_unknown_provider_is_404(visitor):
    fields = {"csrf_token": visitor.token()}
    assert visitor.post("/auth/oauth/nobody", fields).status_code == 404
    assert visitor.get("/auth/oauth/nobody/callback?code=x&state=x").status_code == 404


def test_those_who_have_a_password_keep_it(alice, connect, browser):
    connect(alice)
    desk = browser()
    assert make_journey(desk).location == HOME
    fields = {"email": alice.email, "password": PASSWORD}
    assert browser().submit("/auth/login", fields).status_code == 303


def test_without_a_password_no_password_gets_in(frida, browser):
    for password in (PASSWORD, "x"):
        fields = {"email": frida.email, "password": password}
        assert browser().submit("/auth/login", fields).status_code == 422


NOTHING = """
import sys
from carafe.tests.site import create_app
from carafe.testing.http import Browser
app = create_app({"APP_ENV": "testing", "INSTANCE_PATH": sys.argv[1], "DATABASE_URL": None})
page = Browser(app.test_client()).get("/auth/login").text
assert "/auth/oauth/" not in page, page
assert not {"authlib", "requests", "joserfc"} & set(sys.modules)
"""


def test_without_a_provider_nothing_of_it_is_there(tmp_path):
    run = subprocess.run([sys.executable, "-c", NOTHING, str(tmp_path)], cwd=ROOT,
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr


def test_it_spells_the_name_in_one_form(acme, visitor):
    acme.person["name"] = "Zoe\u0308"
    make_journey(visitor)
    assert 'value="Zo\u00eb"' in visitor.get("/members").text
