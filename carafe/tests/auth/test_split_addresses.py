"""Addresses that one program reads as another's: emails and accounts are for one address alone.

As in GHSA-5jpx-9hw9-2fx4 (next-auth), GHSA-xv97-c62v-4587 (next-auth), and "Splitting the email
atom" (PortSwigger, 2024), where the email for an address at one domain went to another.
"""

import pytest

from carafe.testing.registration import NEW_PASSWORD

ADDRESSES = [
    '"a@evil.example"@example.com',
    '"a@evil.example b"@example.com',
    "a@evil.example,b@example.com",
    "a@evil.example, b@example.com",
    "a@evil.example;b@example.com",
    "a@evil.example b@example.com",
    "a@evil.example <b@example.com>",
    "<a@evil.example>b@example.com",
    "b@example.com(a@evil.example)",
    "group: a@evil.example;@example.com",
    "@evil.example:b@example.com",
    "b@example.com%0d%0aBcc:a@evil.example",
    "b@example.com\r\nBcc: a@evil.example",
    "b@example.com\0a@evil.example",
    "=?utf-8?q?a=40evil.example?=@example.com",
    "=?utf-8?q?a=40evil.example=3e=20?=@example.com",
    "=?x?q?a=40evil.example=3e=00?=@example.com",
    "=?utf-8?b?YUBldmlsLmV4YW1wbGU+?=@example.com",
    "b=?utf-8?q?=40evil.example?=@example.com",
    "b@=?utf-8?q?evil.example?=",
    "b@[127.0.0.1]",
    "b@example.com@evil.example",
]


def test_nobody_signs_up_with_one(visitor, all_emails, mailbox):
    form = visitor.fill("/auth/register")
    for email in ADDRESSES:
        answer = visitor.send(form, {"email": email, "password": NEW_PASSWORD})
        assert answer.status_code == 422, email
    assert all_emails() == []
    assert mailbox.to("a@evil.example") == []


@pytest.mark.parametrize("path", ["/auth/reset", "/auth/magic-link", "/auth/confirm"])
def test_no_link_is_mailed_to_one(path, visitor):
    form = visitor.fill(path)
    for email in ADDRESSES[::8]:
        assert visitor.send(form, {"email": email}).status_code == 422, email


def test_nobody_changes_to_one(alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/account/email")
    for email in ADDRESSES[::4]:
        assert browser.send(form, {"email": email}).status_code == 422, email


@pytest.mark.parametrize("email", ["a%evil.example@example.com", "a!evil.example@example.com"])
def test_an_odd_local_part_stays_one(email, visitor, register, mailbox):
    assert register(visitor, email=email, password=NEW_PASSWORD).status_code == 303
    assert [mail["To"] for mail in mailbox.to(email)] == [email]
    assert mailbox.to("a@evil.example") == []
