"""Which ID tokens are believed."""

import time

import pytest
from joserfc.jwk import RSAKey

from carafe.testing.loopback import document
from carafe.testing.openid_provider import CLIENT_ID, KEYS
from carafe.testing.providers import FRIDA, make_journey
from carafe.testing.two_factor import is_logged_in

pytestmark = pytest.mark.any_database

NOW = int(time.time())


def refused(browser):
    answer = make_journey(browser)
    assert answer.status_code == 400, answer.text
    return not is_logged_in(browser)


UNACCEPTABLE = (
    {"nonce": "of another journey"},
    {"nonce": None},
    {"aud": "another site"},
    {"aud": ["another site"]},
    {"aud": "another site", "azp": CLIENT_ID},
    {"aud": [CLIENT_ID, "another site"], "azp": "another site"},
    {"aud": None},
    {"iss": "https://accounts.example.org"},
    {"iss": None},
    {"exp": NOW - 120},
    {"exp": None},
    {"exp": "tomorrow"},
    {"iat": NOW + 3600},
    {"nbf": NOW + 3600},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 256},
    {"sub": "acme-1\n"},
    {"sub": "acme\u200b-1"},
    {"sub": "acme\0-1"},
)


def test_it_refuses_one_that_is_not_for_now_and_here(acme, visitor, all_emails):
    for claims in UNACCEPTABLE:
        acme.claims = claims
        assert refused(visitor), claims
        assert all_emails() == [], claims


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_it_refuses_one_without_a_signature_of_the_providers(algorithm, acme, visitor, all_emails):
    """Though discovery lists both algorithms."""
    acme.algorithm = algorithm
    assert refused(visitor)
    assert all_emails() == []


def test_it_refuses_one_signed_by_somebody_else(acme, visitor, all_emails):
    acme.key = RSAKey.import_key(KEYS[1].as_pem(private=True), {"kid": "key 0"})
    assert refused(visitor)
    assert all_emails() == []


def test_it_refuses_one_that_was_changed(acme, visitor, all_emails):
    sign = acme.sign

    def tamper(claims):
        header, _, signature = sign(claims).split(".")
        _, body, _ = sign(claims | {"sub": "acme-2"}).split(".")
        return f"{header}.{body}.{signature}"

    acme.sign = tamper
    assert refused(visitor)
    assert all_emails() == []


def test_it_learns_a_new_key(acme, visitor, browser):
    assert make_journey(visitor).status_code == 303
    acme.key, acme.published = KEYS[1], list(KEYS)
    assert make_journey(browser()).status_code == 303


def test_it_refuses_a_key_that_is_not_published(acme, visitor):
    acme.key = KEYS[1]
    assert refused(visitor)


def test_it_asks_for_the_address_where_the_token_has_none(acme, visitor, all_emails):
    acme.claims = {"email": None, "email_verified": None, "name": None}
    assert make_journey(visitor).status_code == 303
    assert all_emails() == ["frida@example.com"]
    assert 'value="Frida"' in visitor.get("/members").text


def test_it_refuses_information_about_somebody_else(acme, visitor, all_emails):
    acme.claims = {"email": None}
    with acme.answering("/userinfo", lambda call: document(FRIDA | {"sub": "acme-2"})):
        assert refused(visitor)
    assert all_emails() == []


@pytest.mark.parametrize("answer", [{}, {"access_token": "x", "token_type": "Bearer"}])
def test_it_wants_a_token(answer, acme, visitor):
    with acme.answering("/token", lambda call: document(answer)):
        assert refused(visitor)


def test_it_takes_names_as_they_are(acme, visitor):
    acme.person["name"] = "<b>\nFrida\0 " + "x" * 300
    assert make_journey(visitor).status_code == 303
    page = visitor.get("/members").text
    assert "&lt;b&gt; Frida xxx" in page
    assert "<b>" not in page
