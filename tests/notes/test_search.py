"""Searching notes."""

from urllib.parse import quote

import pytest

from carafe.testing.lists import ids


@pytest.fixture
def find(alice, sign_in, write):
    """Searches notes, given as title and text; the titles found."""
    browser = sign_in(alice)

    def search(q: str | bytes, *notes: tuple[str, str]) -> set[str]:
        titles = {write(alice, title, body=body)[0]: title for title, body in notes}
        page = browser.get(f"/notes/?q={quote(q)}")
        assert page.status_code == 200
        return {titles[id] for id in ids(page.text, "/notes/")}

    return search


def test_it_finds_in_title_and_text(find):
    found = find("roof", ("The roof", ""), ("Offers", "for the roof"), ("Cellar", "wet"))
    assert found == {"Offers", "The roof"}


@pytest.mark.parametrize("q", ["ärger", "Ärger", "ÄRGER", " ärger "])
def test_it_ignores_case_beyond_ascii(q, find):
    notes = ("Ärger", ""), ("Leise", "viel ÄRGER"), ("Arger", "")
    assert find(q, *notes) == {"Leise", "Ärger"}


@pytest.mark.parametrize("q", ["100%", "a_b", "a/b", "a\\b", "'", '"', "%", "_", "/", "\\"])
def test_it_takes_every_character_literally(q, find):
    notes = (f"title x{q}x", ""), ("body", f"x{q}x"), ("plain", "100 axb ab")
    assert find(q, *notes) == {f"title x{q}x", "body"}


@pytest.mark.parametrize("q", ["\0", "x" * 1000, "%_" * 500, b"\xed\xa0\x80", "😀" * 500])
def test_it_answers_odd_searches(q, find):
    # NUL alone is no search at all.
    assert find(q, ("roof", "")) == ({"roof"} if q == "\0" else set())


def test_it_says_when_nothing_is_found(alice, sign_in, write):
    write(alice, "Roof")
    page = sign_in(alice).get("/notes/?q=cellar").text
    assert "Nothing found" in page
    assert 'value="cellar"' in page


def test_it_says_what_to_do_without_notes(alice, sign_in):
    page = sign_in(alice).get("/notes/").text
    assert "No notes yet" in page
    assert 'href="/notes/new"' in page


def test_it_shows_the_search_as_text(alice, sign_in):
    page = sign_in(alice).get('/notes/?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page
