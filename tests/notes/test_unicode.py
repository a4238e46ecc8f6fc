"""Text in other normalization forms: what looks the same is the same."""

import unicodedata

from carafe.testing.lists import ids


def test_a_note_is_found_however_it_is_spelled(alice, sign_in):
    title = "Ångström über 각도"
    browser = sign_in(alice)
    fields = {"title": unicodedata.normalize("NFD", title)}
    assert browser.submit("/notes/new", fields).status_code == 303
    page = browser.get("/notes/", query_string={"q": unicodedata.normalize("NFC", title)})
    assert len(ids(page.text, "/notes/")) == 1
    assert title in page.text
