"""Writing notes."""

import pytest

from carafe.testing.database import statements


def test_it_keeps_what_was_typed(alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/notes/new", {"title": "Roof", "body": "two offers\r\nby May"})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Roof" in page
    assert "two offers\nby May" in page


def test_it_shows_the_same_text_again_in_the_form(alice, sign_in, write):
    body = '\n\nleading lines, "quotes", </textarea><script>alert(1)</script>'
    [id] = write(alice, '<b>Roof</b> "quoted"', body=body)
    form = sign_in(alice).fill(f"/notes/{id}/edit")
    assert form.fields["title"] == '<b>Roof</b> "quoted"'
    assert form.fields["body"] == body


def test_it_shows_markup_as_text(alice, sign_in, write):
    [id] = write(alice, "<i>Roof</i>", body="<script>alert(1)</script>")
    browser = sign_in(alice)
    for path in ("/notes/", f"/notes/{id}", f"/notes/{id}/edit", "/members/cards"):
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
    "a blank title": {"title": " \t "},
    "a long title": {"title": "x" * 201},
    "a long text": {"title": "Roof", "body": "x" * 20_001},
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
    assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text
    assert stored() == []


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


def test_the_same_form_sent_twice_makes_one_note(alice, sign_in, stored):
    browser = sign_in(alice)
    form = browser.fill("/notes/new")
    first, second = (browser.send(form, {"title": "Roof"}) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert stored() == [("Roof", "", 1)]


def test_it_says_how_long_a_text_may_be(alice, sign_in):
    answer = sign_in(alice).submit("/notes/new", {"title": "Long", "body": "x" * 20_001})
    assert "Use 20,000 characters or fewer." in answer.text
    assert 'value="Long"' in answer.text


def test_a_new_note_takes_five_and_a_turn(app, alice, sign_in):
    """Who creates it, whether they may have more, the note, its webhooks, and its event."""
    browser = sign_in(alice)
    form = browser.fill("/notes/new")
    with statements(app) as asked:
        assert browser.send(form, {"title": "Roof"}).status_code == 303
    # On PostgreSQL, two that create notes at once take turns by a lock of their own.
    asked = [statement for statement in asked if "pg_advisory" not in statement]
    assert len(asked) <= 5, asked
