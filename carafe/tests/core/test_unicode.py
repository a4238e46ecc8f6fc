"""Text in other normalization forms than ours: what looks the same is the same."""

import unicodedata

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.tests.site.models import Thing, User
from carafe.unicode import nfc

TITLE = "Ångström über 각도"
FORMS = ["NFC", "NFD"]


def spelled(form, words=TITLE):
    return unicodedata.normalize(form, words)


@pytest.fixture
def stored(app):
    """Reads a column of the only row that has one."""

    def read(column):
        with app.app_context():
            return db.session.scalars(select(column)).one()

    return read


@pytest.mark.parametrize("searched", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_thing_is_found_however_it_and_the_search_are_spelled(
    written, searched, alice, carol, sign_in, stored
):
    browser, admin = sign_in(alice), sign_in(carol)
    title, body = spelled(written), f"<{spelled(written)}>"
    browser.submit("/things/new", {"title": title, "body": body})
    assert (stored(Thing.title), stored(Thing.body)) == (TITLE, f"<{TITLE}>")
    for words in (TITLE, f"<{TITLE}", "über"):
        page = browser.get("/things/", query_string={"q": spelled(searched, words)})
        assert page.text.count(f">{TITLE}</a>") == 1
    for path in ("/admin/things/", "/admin/search"):
        page = admin.get(path, query_string={"q": spelled(searched)}).text
        assert f">{TITLE}" in page


def test_a_thing_may_be_as_long_as_what_one_sees(alice, sign_in, stored):
    browser = sign_in(alice)
    fields = {"title": spelled("NFD", "각" * 200), "body": spelled("NFD", "각" * 10_000)}
    assert browser.submit("/things/new", fields).status_code == 303
    assert (len(stored(Thing.title)), len(stored(Thing.body))) == (200, 10_000)
    fields["title"] += spelled("NFD", "각" * 200)
    assert browser.submit("/things/new", fields).status_code == 422


def test_the_same_thing_in_another_spelling_is_no_edit(alice, sign_in, stored):
    browser = sign_in(alice)
    browser.submit("/things/new", {"title": TITLE})
    browser.submit(f"/things/{stored(Thing.id)}/edit", {"title": spelled("NFD")})
    assert stored(Thing.version) == 1


def test_names_are_in_one_form_wherever_they_come_from(app, alice, sign_in, stored):
    browser = sign_in(alice)
    browser.submit("/members", {"name": spelled("NFD", "Zoë")})
    assert stored(User.name) == "Zoë"
    command = ["user", "create", "new@example.com", "--name", spelled("NFD", "Zoë")]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    with app.app_context():
        assert list(db.session.scalars(select(User.name))) == ["Zoë", "Zoë"]


@pytest.mark.parametrize(
    "typed",
    [
        "re\u0301mi@bu\u0308cher.example",
        "Rémi@BÜCHER.example",
        "rémi@xn--bcher-kva.example",
        "rémi@ｂücher.example",
    ],
)
def test_an_address_is_the_same_however_it_is_spelled(typed, make_user, visitor):
    make_user("rémi@bücher.example")
    fields = {"email": typed, "password": "carafe under the apple tree"}
    assert visitor.submit("/auth/login", fields).status_code == 303


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_letter_with_thousands_of_accents_is_refused_at_once(field, alice, sign_in, stored):
    fields = {"title": "x", "body": "x"} | {field: "a" + "\u0301\u0316" * 90}
    response = sign_in(alice).submit("/things/new", fields)
    assert response.status_code == 422
    assert "too many accents" in response.text
    zalgo = "a" + "\u0301\u0316" * 40_000
    assert nfc(zalgo) is zalgo  # 22 s, were it normalized
