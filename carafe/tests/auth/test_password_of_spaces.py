"""A password is what was typed."""

import pytest

pytestmark = pytest.mark.any_database

SPACES = " " * 9


def test_it_may_be_of_spaces(visitor):
    form = {"email": "new@example.com", "password": SPACES}
    assert visitor.submit("/auth/register", form).status_code == 303
    assert visitor.submit("/auth/login", form).status_code == 303
