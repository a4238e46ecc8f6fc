"""What nobody types: every form and every address answers it, and none breaks over it."""

import pytest

from carafe.testing.odd_input import assert_no_form_breaks, assert_no_page_breaks

# After these no one is logged in anymore.
EXCLUDED = {"auth.logout", "deletion.schedule", "sessions.end"}
ODD = {
    "nothing": b"",
    "no UTF-8": b"%FF%FE%80",
    "lone surrogate": b"%ED%A0%80",
    "NUL": b"a%00b@example.com",
    "number": b"99999999999999999999999",
    "braces": b"%7B%7B7*7%7D%7D%7B%22%5B",
    "long": b"x" * 20_000,
    "line": b"a@example.com%0D%0ABcc:%20b@example.com",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_it_breaks_no_form(value, app, browsers):
    assert_no_form_breaks(app, browsers, value, EXCLUDED)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_it_breaks_no_page(value, app, browsers):
    assert_no_page_breaks(app, browsers, value)
