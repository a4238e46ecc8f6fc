"""Writing notes."""

import pytest

from app.notes.models import BODY_LENGTH


def test_it_keeps_what_was_typed(alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/notes/new", {"title": "Roof", "body": "two offers\r\nby May"})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Roof" in page
    assert "two offers\nby May" in page


def test_it_keeps_every_script_and_symbol(alice, sign_in, stored):
    title, body = "Ärger 🦆 שלום", "\n  <first> & 'second'\t\u202e 漢字\n"
    sign_in(alice).submit("/notes/new", {"title": title, "body": body})
    assert stored() == [(title, body, 1)]


def test_it_shows_the_same_text_again_in_the_form(alice, sign_in, write):
    body = '\n\nleading lines, "quotes", </textarea><script>alert(1)</script>'
    [id] = write(alice, '<b>Roof</b> "quoted"', body=body)
    form = sign_in(alice).fill(f"/notes/{id}/edit")
    assert form.fields["title"] == '<b>Roof</b> "quoted"'
    assert form.fields["body"] == body


def test_it_shows_markup_as_text(alice, sign_in, write):
    [id] = write(alice, "<i>Roof</i>", body="<script>alert(1)</script>")
    browser = sign_in(alice)
    for path in ("/notes/", f"/notes/{id}", f"/notes/{id}/edit", "/dashboard"):
        page = browser.get(path).text
        assert "<i>" not in page
        assert "<script>alert" not in page
        assert "&lt;i&gt;Roof" in page


def test_it_needs_no_text(alice, sign_in, stored):
    browser = sign_in(alice)
    answer = browser.post("/notes/new", {"csrf_token": browser.token(), "title": "Roof"})
    assert answer.status_code == 303
    assert stored() == [("Roof", "", 1)]


BAD = {
    "no title": {},
    "an empty title": {"title": ""},
    "a blank title": {"title": " \t "},
    "a long title": {"title": "x" * 10_000},
    "one character too many": {"title": "x" * 201},
    "a long text": {"title": "Roof", "body": "x" * 20_001},
    "NUL in the title": {"title": "Ro\0of"},
    "NUL in the text": {"title": "Roof", "body": "a\0b"},
    "a control character": {"title": "Ro\x1bof"},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_it_refuses_bad_fields_and_keeps_what_was_typed(fields, alice, sign_in, stored):
    browser = sign_in(alice)
    token = browser.token()
    answer = browser.post("/notes/new", {"body": "typed text"} | fields | {"csrf_token": token})
    assert answer.status_code == 422
    form = browser.form(answer, "/notes/new", "/notes/new")
    assert form.fields["body"] == fields.get("body", "typed text")
    assert form.fields["title"].strip() == fields.get("title", "").strip()
    assert 'role="alert"' in answer.text
    assert stored() == []


def test_it_accepts_the_longest_title_and_text(alice, sign_in, stored):
    # A browser counts a line end as one character and sends two.
    title, body = "🦆" * 200, "🦆\r\n" * 10_000
    answer = sign_in(alice).submit("/notes/new", {"title": title, "body": body})
    assert answer.status_code == 303
    assert stored() == [(title, body.replace("\r\n", "\n"), 1)]


ODD = {
    "a file instead of text": ({"title": (b"x", "x.txt")}, "multipart/form-data"),
    "JSON": (b'{"title": ["Roof"]}', "application/json"),
    "half a surrogate pair": (b"title=a%ED%A0%80b", "application/x-www-form-urlencoded"),
    "broken escapes": (b"title=%zz%f&%=&=%&body=%ff%fe", "application/x-www-form-urlencoded"),
    "no boundary": (b"title=Roof", "multipart/form-data"),
}


@pytest.mark.parametrize(("data", "kind"), ODD.values(), ids=ODD)
def test_it_answers_odd_requests_below_500(data, kind, alice, sign_in, stored):
    import io

    browser = sign_in(alice)
    if isinstance(data, dict):
        data = {name: (io.BytesIO(content), file) for name, (content, file) in data.items()}
    answer = browser.post(
        "/notes/new", data, content_type=kind, headers={"X-CSRFToken": browser.token()}
    )
    assert answer.status_code in (303, 400, 422)
    # What was stored can be shown.
    assert all(browser.get(path).status_code == 200 for path in ("/notes/", "/notes/export.csv"))
    assert len(stored()) == (answer.status_code == 303)


def test_it_leads_a_visitor_to_log_in(visitor, stored):
    answer = visitor.get("/notes/new")
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/notes/new")
    answer = visitor.post("/notes/new", {"title": "Roof", "csrf_token": visitor.token()})
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert stored() == []


def test_it_leads_the_unconfirmed_to_confirm(erin, sign_in, write, stored):
    browser = sign_in(erin)
    [id] = write(erin, "Roof")
    token = {"csrf_token": browser.token(), "title": "Changed"}
    for answer in (
        browser.get("/notes/new"),
        browser.post("/notes/new", token),
        browser.get(f"/notes/{id}/edit"),
        browser.post(f"/notes/{id}/edit", token),
        browser.post(f"/notes/{id}/delete", token),
    ):
        assert (answer.status_code, answer.location) == (303, "/auth/confirm")
    assert stored() == [("Roof", "", 1)]
    assert browser.get("/notes/").status_code == 200


def test_a_text_that_is_too_long_is_shown_again(alice, sign_in):
    text = "word " * (BODY_LENGTH // 4)
    answer = sign_in(alice).submit("/notes/new", {"title": "Long", "body": text})
    assert answer.status_code == 422
    assert "Please keep this to 20,000 characters." in answer.text
    assert text in answer.text
    assert 'value="Long"' in answer.text


def test_line_breaks_count_once(alice, sign_in):
    """Browsers send each as two characters."""
    answer = sign_in(alice).submit("/notes/new", {"title": "Poem", "body": "\r\n" * BODY_LENGTH})
    assert answer.status_code == 303


def test_a_value_that_is_no_text_is_bounded_as_well(alice, sign_in):
    fields = {"title": "Title", "body": "", "version": "9" * 100_000}
    answer = sign_in(alice).submit("/notes/new", fields)
    assert answer.status_code == 422
