"""Values far longer than their field takes: refused before anything parses them."""

import pytest

HUGE = 30 * 1024
# email-validator takes seconds for it.
HUGE_ADDRESS = "a@" + "[" * HUGE


@pytest.mark.parametrize(
    "path",
    ["/auth/login", "/auth/register", "/auth/reset", "/auth/confirm", "/auth/magic-link"],
)
def test_a_huge_address_is_too_long_and_not_looked_at(path, visitor):
    fields = {"email": HUGE_ADDRESS, "password": "long enough to be one"}
    answer = visitor.submit(path, fields, action=path)
    assert answer.status_code == 422
    assert "it is longer than 254 characters" in answer.text


def test_a_huge_address_is_too_long_in_the_administration(carol, sign_in):
    fields = {"email": HUGE_ADDRESS, "role": "user"}
    answer = sign_in(carol).submit("/admin/invitations/", fields)
    assert answer.status_code == 422
    assert "it is longer than 254 characters" in answer.text


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset", "/auth/confirm"])
def test_a_client_that_has_used_up_its_tries_is_not_read(path, browser):
    """The limit holds before the form is validated."""
    fields = {"password": "long enough to be one"}
    opened = browser()
    token = opened.token()

    def send(email):
        return opened.post(path, {"csrf_token": token, "email": email, **fields}).status_code

    assert {send(f"user{n}@example.com") for n in range(60)} == {303}
    assert send("no address") == 429
