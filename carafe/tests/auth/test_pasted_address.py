"""Addresses as people copy them from web pages, mail programs, and sentences."""

import pytest

from carafe.testing.accounts import PASSWORD

pytestmark = pytest.mark.any_database

PASTED = [
    " Alice@Example.com ",
    "alice@example.com\u00a0",
    "alice@example.com\u200b",
    "\ufeffalice@example.com",
    "alice\u00ad@example.com",
    "\u202aalice@example.com\u202c",
    "mailto:alice@example.com",
    "<MAILTO:alice@example.com>",
    "Alice <alice@example.com>",
    '"Liddell, Alice" <alice@example.com>',
    "<alice@example.com>",
    "Dr. Älice Müller <alice@example.com>",
    "Liddell, Alice <alice@example.com>;",
    "alice@example.com.",
    "alice@example.com;",
    "alice@example\u3002com",
]


@pytest.mark.parametrize("pasted", PASTED)
def test_it_is_the_address_that_people_see(pasted, alice, visitor):
    fields = {"email": pasted, "password": PASSWORD}
    assert visitor.submit("/auth/login", fields).status_code == 303


@pytest.mark.parametrize(
    "pasted",
    [
        "alice@example.com, bob@example.com",
        "alice@example.com bob@example.com",
        "Alice <alice@example.com> <bob@example.com>",
        "alice@example.com\r\nBcc: bob@example.com",
        "Alice\r\nBcc: <bob@example.com>",
        "bob@example.com <alice@example.com>",
        '"bob@example.com" <alice@example.com>',
        '"Alice\r\nBcc: bob@example.com" <alice@example.com>',
        "al\u200dice@example.com",
        "mailto:",
        "\u200b",
        "Alice",
    ],
)
def test_it_is_one_address(pasted, alice, bob, visitor, mailbox):
    answer = visitor.submit("/auth/reset", {"email": pasted})
    assert answer.status_code == 422
    assert mailbox.to("alice@example.com") == mailbox.to("bob@example.com") == []


def test_it_is_never_at_another_domain(visitor, register, all_emails):
    """Without the joiner, this Persian domain name is a different one."""
    assert (
        register(visitor, email="alice@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com").status_code
        == 422
    )
    assert all_emails() == []
