"""Values far longer than their field takes: refused before anything parses them."""

import pytest

HUGE = 30 * 1024
# email-validator takes seconds for it.
HUGE_ADDRESS = "a@" + "[" * HUGE


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register", "/auth/reset"])
def test_a_huge_address_is_too_long_and_not_looked_at(path, visitor):
    fields = {"email": HUGE_ADDRESS, "password": "long enough to be one"}
    answer = visitor.submit(path, fields, action=path)
    assert answer.status_code == 422
    assert "it is longer than 254 characters" in answer.text
