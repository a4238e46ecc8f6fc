"""What else is in a provider's key set, and how tokens name their key."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from carafe.testing.loopback import always, document
from carafe.testing.openid_provider import KEYS
from carafe.testing.providers import make_journey
from carafe.testing.two_factor import is_logged_in

pytestmark = pytest.mark.any_database

EC, OKP = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
OWN = KEYS[0].as_dict(private=False)
OTHER = KEYS[1].as_dict(private=False)


@pytest.fixture
def publish(acme):
    """Has the provider publish these keys."""

    def keys(*content):
        acme.routes["/jwks"] = lambda call: document({"keys": content})

    return keys


@pytest.fixture
def sign(acme):
    """Has it sign with another header, and with another key."""

    def header(key=KEYS[0], alg="RS256", **more):
        head = {"alg": alg} | more
        acme.sign = lambda claims: jwt.encode(head, claims, key, algorithms=[alg])

    return header


ODD: tuple[object, ...] = (
    {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "key 0"},
    {"kty": "unknown"},
    {"kid": "no type"},
    {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA", "kid": "key 0"},
    {"kty": "EC", "crv": "P-256", "kid": "key 0"},
    {"kty": "RSA", "kid": "key 0"},
    {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "key 0"},
    {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
    {"kty": None},
    {"kty": 7, "kid": ["key 0"]},
    "a text",
    None,
    [],
    7,
)


def test_a_key_that_is_not_understood_is_left_alone(publish, visitor):
    """RFC 7517, 5. Providers add keys for other clients, post-quantum ones for example."""
    publish(*ODD, OWN, *ODD)
    assert make_journey(visitor).status_code == 303
    assert is_logged_in(visitor)


def test_a_token_that_names_no_key_is_tried_with_all(publish, sign, visitor):
    publish(OTHER, OWN)
    sign()
    assert make_journey(visitor).status_code == 303


def test_keys_without_a_name_are_tried(publish, sign, visitor):
    publish(*({k: v for k, v in key.items() if k != "kid"} for key in (OTHER, OWN)))
    sign(kid="a name that the key set leaves out")
    assert make_journey(visitor).status_code == 303


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_keys_with_one_name_either_counts(order, publish, visitor):
    publish(*[OWN, OTHER | {"kid": OWN["kid"]}][::order])
    assert make_journey(visitor).status_code == 303


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (OKP, "EdDSA")], ids=["EC", "OKP"])
def test_other_kinds_of_keys_count(key, alg, publish, sign, visitor, recwarn):
    publish(OWN, key.as_dict(private=False, kid="other"))
    sign(key, alg, kid="other")
    assert make_journey(visitor).status_code == 303


def test_a_key_for_something_else_does_not_count(publish, visitor, all_emails):
    uses: list[dict[str, object]] = [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"kid": "x"}]
    uses += [{"alg": "RS512"}, {"alg": "RSA-OAEP"}]
    publish(*(OWN | use for use in uses))
    assert make_journey(visitor).status_code == 400
    assert all_emails() == []


@pytest.mark.parametrize("secret", [b"what the client knows as well" * 2, b""], ids=len)
def test_a_published_secret_does_not_count(secret, publish, sign, visitor, all_emails):
    """With it anyone who reads the key set could sign."""
    key = OctKey.import_key(secret or b"x" * 32)
    publish(OWN, key.as_dict(kid="secret", alg="HS256"))
    sign(key, "HS256", kid="secret")
    assert make_journey(visitor).status_code == 400
    assert all_emails() == []


def test_a_key_set_without_keys_opens_nothing(acme, visitor, all_emails):
    key_sets: tuple[object, ...] = ([], {}, None, "x", 7, [None])
    for keys in key_sets:
        acme.routes["/jwks"] = always(document({"keys": keys}))
        assert make_journey(visitor).status_code in (400, 503), keys
    assert all_emails() == []


def test_a_key_that_was_taken_back_does_not_count_for_long(acme, app, publish, visitor, browser):
    publish(OWN)
    assert make_journey(visitor).status_code == 303
    publish(OTHER)
    app.extensions["provider_documents"].clear()  # as after an hour
    desk = browser()
    assert make_journey(desk).status_code == 400
    assert not is_logged_in(desk)


def test_a_new_key_under_an_old_name_counts_at_once(acme, publish, visitor, browser):
    assert make_journey(visitor).status_code == 303
    new = RSAKey.import_key(KEYS[1].as_pem(private=True), {"kid": "key 0"})
    acme.key = new
    publish(new.as_dict(private=False))
    assert make_journey(browser()).status_code == 303
