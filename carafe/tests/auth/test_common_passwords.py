"""Passwords that attackers try first, and what they make of them."""

import pytest

pytestmark = pytest.mark.any_database

COMMON = [
    "iloveyou",
    "iloveyou1234",
    "1234iloveyou",
    "ILoveYou2026",
    "password2024!",
    "2024password",
    "!!password!!",
    "passwort_1",
    "monkey123456",
    "michelle01011990",
    "p@ssw0rd2024",
    "trustno1!!",
    "\uff50assword\u00b9\u00b2",  # fullwidth and superscript: NFKC makes them plain
    "passwordpassword",
    "qwertyqwerty12",
    "qwertzuiop",  # and other keyboards, in both directions
    "poiuytrewq",
    "azertyuiop1",
    "abcdefgh99",
    "98765432109876",
]
UNCOMMON = [
    "carafe under the apple tree",
    "kX9vTq2LmZ4r",
    "tr0ub4dor&3",
    "correcthorsebatterystaple",
    "8421-kilo-9917",  # more digits than anyone tries around a word
    "837492618371",
    "my password is not this",
]


@pytest.mark.parametrize("password", COMMON)
def test_it_is_refused_with_the_reason(password, visitor, register, all_emails):
    response = register(visitor, password=password)
    assert response.status_code == 422
    assert "too easy to guess" in response.text
    assert all_emails() == []


@pytest.mark.parametrize("password", UNCOMMON)
def test_any_other_is_accepted(password, visitor, register):
    assert register(visitor, password=password).status_code == 303


@pytest.mark.parametrize(
    "password", ["jane.doe1", "1jane.doe", "Jane.Doe2026!", "jane.doejane.doe"]
)
def test_neither_is_ones_own_name_with_digits(password, visitor, register):
    response = register(visitor, email="jane.doe@example.com", password=password)
    assert response.status_code == 422
    assert "Don&#39;t use your email address" in response.text
