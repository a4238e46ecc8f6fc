"""Logging in."""

from tests.conftest import PASSWORD


def test_it_opens_the_dashboard(alice, visitor):
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.location == "/dashboard"
    assert "Hello, Alice" in visitor.get("/dashboard").text


def test_it_refuses_a_wrong_password(alice, visitor):
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": "a wrong one"})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert visitor.get("/dashboard").location == "/auth/login?next=/dashboard"
