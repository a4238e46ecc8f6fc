"""Pagination of the list of notes."""

from itertools import chain

from carafe.testing.database import statements
from carafe.testing.lists import walk

BASE = "/notes/"


def test_it_shows_each_note_once(alice, sign_in, write):
    written = [id for number in range(45) for id in write(alice, f"Note {number}")]
    pages = walk(sign_in(alice), BASE, BASE)
    assert [len(page) for page in pages] == [20, 20, 5]
    assert list(chain(*pages)) == written[::-1]


def test_it_has_no_page_at_a_broken_cursor(alice, sign_in):
    browser = sign_in(alice)
    for direction in ("after", "before"):
        assert browser.get(f"{BASE}?{direction}=garbage").status_code == 404


def test_it_asks_as_little_of_many_notes_as_of_few(app, alice, sign_in, write):
    [id] = write(alice, "Roof")
    browser = sign_in(alice)
    paths = [BASE, f"{BASE}?q=o", f"{BASE}{id}", f"{BASE}{id}/edit", "/members/cards"]

    def count_statements() -> list[int]:
        counts = []
        for path in paths:
            with statements(app) as sent:
                assert browser.get(path).status_code == 200
            counts.append(len(sent))
        return counts

    few = count_statements()
    # Other features may have cards, too.
    assert max(few[:-1]) <= 3
    write(alice, *[f"Note {number}" for number in range(100)])
    assert count_statements() == few
