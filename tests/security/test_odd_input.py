"""Unusual input: every form and every URL responds to it without an error."""

import pytest

from carafe.testing.odd_input import assert_no_form_breaks, assert_no_page_breaks

# After some of these, nobody is logged in anymore; the others call another site.
EXCLUDED = {
    "account.end_session", "account.schedule_deletion", "auth.connect_provider",
    "auth.leave_for_provider", "auth.logout", "auth.prove_with_provider",
}  # fmt: skip
# The engine's own tests have others.
ODD = {
    "no UTF-8, nor a number": b"%FF%FE%80%00",
    "a number that is too large": b"99999999999999999999999",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_it_breaks_no_form(value, app, browsers):
    assert_no_form_breaks(app, browsers, value, EXCLUDED)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_it_breaks_no_page(value, app, browsers):
    assert_no_page_breaks(app, browsers, value)
