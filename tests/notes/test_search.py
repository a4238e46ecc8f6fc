"""Searching notes."""

from carafe.testing.lists import ids, neighbor


def test_it_finds_in_title_and_text(alice, sign_in, write):
    [roof] = write(alice, "The roof")
    [offers] = write(alice, "Offers", body="for the roof")
    write(alice, "Cellar", body="wet")
    page = sign_in(alice).get("/notes/?q=ROOF").text
    assert ids(page, "/notes/") == [offers, roof]
    assert 'value="ROOF"' in page


def test_it_says_when_nothing_is_found(alice, sign_in, write):
    write(alice, "Roof")
    page = sign_in(alice).get('/notes/?q="><script>alert(1)</script>').text
    assert "No notes match" in page
    assert "<script>alert" not in page


def test_it_says_what_to_do_without_notes(alice, sign_in):
    page = sign_in(alice).get("/notes/").text
    assert "No notes yet" in page
    assert 'href="/notes/new"' in page


def test_it_keeps_the_search_from_page_to_page(alice, sign_in, write):
    written = write(alice, *[f"Note {number}" for number in range(21)])
    write(alice, "Other")
    browser = sign_in(alice)
    page = browser.get("/notes/?q=note").text
    assert ids(page, "/notes/") == written[:0:-1]
    assert ids(browser.get(neighbor(page, "next")).text, "/notes/") == written[:1]
