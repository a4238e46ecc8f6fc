"""The pages of passkeys."""

import re

import pytest
from sqlalchemy import select

from carafe.auth.models import Passkey
from carafe.auth.models.passkey import MAX_PASSKEYS, PASSKEY_NAME_LENGTH
from carafe.database import db
from carafe.testing.authenticator import Authenticator, ask_to_add, register, sent
from carafe.testing.clock import later

PAGE = "/account/passkeys"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture
def desk(alice, sign_in):
    """Return Alice's browser."""
    return sign_in(alice)


@pytest.fixture
def names(app):
    def query():
        with app.app_context():
            return list(db.session.scalars(select(Passkey.name).order_by(Passkey.id)))

    return query


def first_path(browser):
    path = re.search(r"/account/passkeys/\d+(?=/delete)", browser.get(PAGE).text)
    assert path
    return path[0]


def test_it_adds_one_with_recovery_codes(desk, names):
    form, request = ask_to_add(desk)
    answer = desk.send(sent(form, Authenticator().create(request)), {"name": "<b>My phone"})
    assert "Passkey added" in answer.text
    assert len(re.findall(r"<code>([^<]+)</code>", answer.text)) == 10
    page = desk.get(PAGE).text
    assert "&lt;b&gt;My phone" in page
    assert "<b>My phone" not in page
    assert "Never" in page


def test_it_adds_another_without(app, alice, desk):
    register(app, alice)
    form, request = ask_to_add(desk)
    answer = desk.send(sent(form, Authenticator().create(request)), {"name": "Key"})
    assert answer.location == PAGE
    assert "Passkey added" in desk.get(PAGE).text


def test_it_suggests_a_name(desk):
    page = desk.get(f"{PAGE}/new", headers={"User-Agent": CHROME})
    form = desk.form(page, f"{PAGE}/new", f"{PAGE}/new")
    assert form.fields["name"] == "Chrome on Linux"


def test_it_refuses_what_is_no_passkey_and_keeps_the_name(desk, names):
    form, _ = ask_to_add(desk)
    answer = desk.send(sent(form, "nonsense"), {"name": "My laptop"})
    assert answer.status_code == 422
    assert "That passkey didn&#39;t work." in answer.text
    assert desk.form(answer, f"{PAGE}/new", f"{PAGE}/new").fields["name"] == "My laptop"
    assert names() == []


@pytest.mark.parametrize("name", ["   ", "x" * (PASSKEY_NAME_LENGTH + 1)])
def test_it_refuses_a_bad_name(name, app, alice, desk, names):
    form, request = ask_to_add(desk)
    answer = desk.send(sent(form, Authenticator().create(request)), {"name": name})
    assert answer.status_code == 422
    register(app, alice, "Good")
    assert desk.submit(f"{first_path(desk)}/edit", {"name": name}).status_code == 422
    assert names() == ["Good"]


def test_it_renames_one(app, alice, desk, names):
    register(app, alice, "Old")
    assert desk.submit(f"{first_path(desk)}/edit", {"name": "New"}).location == PAGE
    assert "Passkey renamed" in desk.get(PAGE).text
    assert names() == ["New"]


def test_it_removes_one(app, alice, desk, names):
    register(app, alice)
    assert desk.submit(PAGE, action=f"{first_path(desk)}/delete").location == PAGE
    page = desk.get(PAGE).text
    assert "Passkey removed" in page
    assert "No passkeys yet" in page
    assert names() == []


def test_it_shows_and_changes_nothing_of_others(app, alice, desk, bob, sign_in, names):
    register(app, alice, "My phone")
    bobs, path = sign_in(bob), first_path(desk)
    assert "My phone" not in bobs.get(PAGE).text
    assert bobs.get(f"{path}/edit").status_code == 404
    fields = {"csrf_token": bobs.token(), "name": "Bob's"}
    for action in ("edit", "delete"):
        assert bobs.post(f"{path}/{action}", fields).status_code == 404
    assert names() == ["My phone"]


def test_it_says_when_there_are_enough(app, alice, desk):
    with app.app_context():
        user = db.session.merge(alice)
        for number in range(MAX_PASSKEYS):
            Passkey.register(user, "Key", bytes([number]), b"key", 0)
        db.session.commit()
    assert desk.get(f"{PAGE}/new").location == PAGE
    page = desk.get(PAGE).text
    assert "Remove one to add another." in page
    assert "Add a passkey" not in page


def test_adding_and_removing_need_a_recent_proof(app, alice, desk, names):
    register(app, alice)
    remove = desk.fill(PAGE, f"{first_path(desk)}/delete")
    form, request = ask_to_add(desk)
    later(app, minutes=11)
    options = desk.post(f"{PAGE}/options", {"csrf_token": desk.token()})
    answers = [desk.get(f"{PAGE}/new"), desk.send(remove), options]
    answers.append(desk.send(sent(form, Authenticator().create(request))))
    assert all(answer.location.startswith("/auth/reauthenticate") for answer in answers)
    assert len(names()) == 1


def test_adding_is_for_confirmed_addresses(erin, sign_in, names):
    """Or a stranger who signed up with her address would keep a way into the account."""
    browser = sign_in(erin)
    assert browser.get(f"{PAGE}/new").location == "/auth/confirm"
    fields = {"csrf_token": browser.token(), "name": "My key"}
    for path in (f"{PAGE}/options", f"{PAGE}/new"):
        assert browser.post(path, fields).location == "/auth/confirm"
    assert names() == []


def test_it_says_that_adding_needs_javascript(desk):
    for path in (PAGE, f"{PAGE}/new"):
        assert "Passkeys need JavaScript" in desk.get(path).text


def test_it_offers_none_at_another_address_of_the_site(app, desk, visitor, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://carafe.localhost")
    page = visitor.get("/auth/login").text
    assert "Passkeys don't work at this address." in page
    assert "data-passkey" not in page
    for path in (PAGE, f"{PAGE}/new"):
        page = desk.get(path).text
        assert f'<a href="http://carafe.localhost{path}">' in page
        assert f'href="{PAGE}/new"' not in page
        assert "data-passkey" not in page


def test_it_explains_where_browsers_have_none(app, desk, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://example.org")
    for path in (PAGE, f"{PAGE}/new"):
        page = desk.get(path).text
        assert "This site runs at http://example.org." in page
        assert "data-passkey" not in page
    assert "Use passkey" not in desk.get("/auth/reauthenticate").text
