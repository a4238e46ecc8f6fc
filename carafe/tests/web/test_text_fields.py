"""What text fields take, as forms of any app do."""

import io

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.tests.site.models import Thing

pytestmark = pytest.mark.any_database

PATH = "/things/new"
LENGTH = 20_000


@pytest.fixture
def stored(app):
    """Return title and body of all things."""

    def read():
        with app.app_context():
            query = select(Thing.title, Thing.body).order_by(Thing.id)
            return [tuple(row) for row in db.session.execute(query)]

    return read


BAD = {
    "no title": {},
    "an empty title": {"title": ""},
    "a blank title": {"title": " \t "},
    "a long title": {"title": "x" * 10_000},
    "one character too many": {"title": "x" * 201},
    "a long text": {"title": "Roof", "body": "x" * (LENGTH + 1)},
    "NUL in the title": {"title": "Ro\0of"},
    "NUL in the text": {"title": "Roof", "body": "a\0b"},
    "a control character": {"title": "Ro\x1bof"},
    "a number that is not bounded": {"title": "Roof", "version": "9" * 100_000},
}


def test_bad_fields_are_refused_and_what_was_typed_stays(alice, sign_in, stored):
    browser = sign_in(alice)
    token = {"csrf_token": browser.token()}
    for what, fields in BAD.items():
        answer = browser.post(PATH, {"body": "typed text"} | fields | token)
        assert answer.status_code == 422, what
        form = browser.form(answer, PATH, PATH)
        assert form.fields["body"] == fields.get("body", "typed text"), what
        assert form.fields["title"].strip() == fields.get("title", "").strip(), what
        assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text, what
    assert stored() == []


def test_every_script_and_symbol_is_kept(alice, sign_in, stored):
    title, body = "Ärger 🦆 שלום", "\n  <first> & 'second'\t\u202e 漢字\n"
    sign_in(alice).submit(PATH, {"title": title, "body": body})
    assert stored() == [(title, body)]


def test_the_longest_title_and_text_are_accepted(alice, sign_in, stored):
    # A browser counts a line break as one character and sends two.
    title, body = "🦆" * 200, "🦆\r\n" * (LENGTH // 2)
    assert sign_in(alice).submit(PATH, {"title": title, "body": body}).status_code == 303
    assert stored() == [(title, body.replace("\r\n", "\n"))]


def test_line_breaks_count_once(alice, sign_in):
    fields = {"title": "Poem", "body": "\r\n" * LENGTH}
    assert sign_in(alice).submit(PATH, fields).status_code == 303


ODD = {
    "a file instead of text": ({"title": (b"x", "x.txt")}, "multipart/form-data"),
    "JSON": (b'{"title": ["Roof"]}', "application/json"),
    "half a surrogate pair": (b"title=a%ED%A0%80b", "application/x-www-form-urlencoded"),
    "broken escapes": (b"title=%zz%f&%=&=%&body=%ff%fe", "application/x-www-form-urlencoded"),
    "no boundary": (b"title=Roof", "multipart/form-data"),
}


@pytest.mark.parametrize(("data", "kind"), ODD.values(), ids=ODD)
def test_odd_requests_are_answered_below_500(data, kind, alice, sign_in, stored):
    browser = sign_in(alice)
    if isinstance(data, dict):
        data = {name: (io.BytesIO(content), file) for name, (content, file) in data.items()}
    headers = {"X-CSRFToken": browser.token()}
    answer = browser.post(PATH, data, content_type=kind, headers=headers)
    assert answer.status_code in (303, 400, 422)
    # What was stored can be shown.
    assert all(browser.get(path).status_code == 200 for path in ("/things/", "/things/export.csv"))
    assert len(stored()) == (answer.status_code == 303)
