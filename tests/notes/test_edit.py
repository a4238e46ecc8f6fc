"""Editing and deleting notes."""

import pytest


@pytest.fixture
def note(alice, write):
    [id] = write(alice, "Roof", body="two offers")
    return f"/notes/{id}"


def test_it_saves_an_edit(alice, note, sign_in, stored):
    answer = sign_in(alice).submit(f"{note}/edit", {"title": "Cellar", "body": "three offers"})
    assert (answer.status_code, answer.location) == (303, note)
    assert stored() == [("Cellar", "three offers", 2)]


def test_it_moves_the_edited_note_to_the_top(alice, note, sign_in, write):
    write(alice, "Newer")
    browser = sign_in(alice)
    page = browser.get("/notes/").text
    assert page.index("Newer") < page.index("Roof")
    browser.submit(f"{note}/edit", {"body": "three offers"})
    page = browser.get("/notes/").text
    assert page.index("Roof") < page.index("Newer")


def test_it_refuses_a_bad_edit_and_keeps_what_was_typed(alice, note, sign_in, stored):
    browser = sign_in(alice)
    answer = browser.submit(f"{note}/edit", {"title": "y" * 10_000, "body": "typed"})
    assert answer.status_code == 422
    form = browser.form(answer, f"{note}/edit", f"{note}/edit")
    assert (form.fields["title"], form.fields["body"]) == ("y" * 10_000, "typed")
    assert stored() == [("Roof", "two offers", 1)]


def test_it_loses_nothing_when_a_field_is_missing(alice, note, sign_in, stored):
    browser = sign_in(alice)
    answer = browser.post(f"{note}/edit", {"csrf_token": browser.token(), "title": "Cellar"})
    assert answer.status_code == 303
    assert stored() == [("Cellar", "two offers", 2)]


def test_it_can_empty_the_text(alice, note, sign_in, stored):
    sign_in(alice).submit(f"{note}/edit", {"body": ""})
    assert stored() == [("Roof", "", 2)]


def test_it_tells_the_second_of_two_editors(alice, note, sign_in, stored):
    first, second = sign_in(alice), sign_in(alice)
    forms = [browser.fill(f"{note}/edit") for browser in (first, second)]
    first.send(forms[0], {"title": "The first title", "body": "the first text"})
    answer = second.send(forms[1], {"title": "The second title", "body": "the second text"})

    assert answer.status_code == 409
    assert "Your version isn't saved yet." in answer.text
    assert "The first title" in answer.text
    assert "the first text" in answer.text
    form = second.form(answer, f"{note}/edit", f"{note}/edit")
    assert form.fields["title"] == "The second title"
    assert form.fields["body"] == "the second text"
    assert stored() == [("The first title", "the first text", 2)]

    # Having seen the newer version, the second user may save.
    assert second.send(form).status_code == 303
    assert stored() == [("The second title", "the second text", 3)]


def test_it_tells_who_edits_a_deleted_note(alice, note, sign_in, stored):
    first, second = sign_in(alice), sign_in(alice)
    form = second.fill(f"{note}/edit")
    first.submit(note, action=f"{note}/delete")
    assert second.send(form).status_code == 404
    assert stored() == []


def test_it_deletes_a_note(alice, note, sign_in, stored):
    browser = sign_in(alice)
    answer = browser.submit(note, action=f"{note}/delete")
    assert (answer.status_code, answer.location) == (303, "/notes/")
    assert "Note deleted" in browser.get("/notes/").text
    assert browser.get(note).status_code == 404
    assert stored() == []
