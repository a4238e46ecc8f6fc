"""ID tokens as forgers made them for other products, by the advisory that tells of it."""

import json
from base64 import urlsafe_b64encode
from functools import partial
from typing import Any

import pytest
from joserfc import jwe, jws, jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from carafe.testing.loopback import always, document
from carafe.testing.openid_provider import KEYS
from carafe.testing.providers import make_journey
from carafe.testing.two_factor import is_logged_in

pytestmark = pytest.mark.any_database

MALLORY = RSAKey.generate_key(2048, {"kid": "mallory"})


class Careless(JWSRegistry):
    """Signs whatever is in the header."""

    max_header_length = 4096

    def check_header(self, header: dict[str, Any]) -> None:
        pass


CARELESS = Careless(algorithms=["RS256"])


def encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


@pytest.fixture(autouse=True)
def forged(acme):
    """Has tokens be made by this function, out of the claims."""

    def make(sign):
        acme.sign = sign

    return make


@pytest.fixture
def refused(visitor, all_emails):
    def check():
        answer = make_journey(visitor)
        assert answer.status_code == 400, answer.text
        assert not is_logged_in(visitor)
        assert all_emails() == []

    return check


@pytest.mark.parametrize(
    ("pointer", "kid"),
    [
        ({"jwk": MALLORY.as_dict(private=False)}, "mallory"),
        ({"jwk": MALLORY.as_dict(private=False)}, "key 0"),
        ({"jwk": MALLORY.as_dict(private=False)}, None),
        ({"jku": "https://mallory.example/jwks"}, "mallory"),
        ({"x5u": "https://mallory.example/cert"}, "key 0"),
        ({"x5c": ["AAAA"]}, None),
    ],
    ids=["jwk, its own name", "jwk, a known name", "jwk, no name", "jku", "x5u", "x5c"],
)
def test_a_key_that_the_token_brings_itself(pointer, kid, forged, refused):
    """CVE-2026-27962 (authlib): the key of the header was believed."""
    header = {"alg": "RS256"} | pointer | ({"kid": kid} if kid else {})
    forged(lambda claims: jwt.encode(header, claims, MALLORY, registry=CARELESS))
    refused()


def test_a_token_with_more_in_its_header_is_believed_otherwise(forged, visitor):
    header = {"alg": "RS256", "kid": "key 0", "bork": "x", "jku": "https://mallory.example/jwks"}
    forged(lambda claims: jwt.encode(header, claims, KEYS[0], registry=CARELESS))
    assert make_journey(visitor).status_code == 303


@pytest.mark.parametrize("name", ["bork", "cnf", "exp"])
def test_a_critical_header_that_nobody_understands(name, forged, refused):
    """CVE-2025-59420 (authlib): it was ignored. RFC 7515, 4.1.11."""
    header = {"alg": "RS256", "kid": "key 0", "crit": [name], name: "x"}
    forged(lambda claims: jwt.encode(header, claims, KEYS[0], registry=CARELESS))
    refused()


def test_an_algorithm_without_a_key_of_the_provider(forged, refused):
    """CVE-2026-28802, CVE-2024-37568 (authlib): "none", or the public key taken for a secret."""

    def sign(claims, algorithm):
        header = {"alg": algorithm, "kid": "key 0"}
        if algorithm.startswith("HS"):
            key = OctKey.import_key(KEYS[0].as_pem(private=False).hex())
            return jwt.encode(header, claims, key, algorithms=[algorithm])
        parts = (json.dumps(part).encode() for part in (header, claims))
        return b".".join([*map(encoded, parts), b""]).decode()

    for algorithm in ("none", "None", "nOnE", "NONE", "", "HS256", "HS512"):
        forged(partial(sign, algorithm=algorithm))
        refused()


def test_a_hash_of_another_access_token(acme, refused):
    """CVE-2026-28498 (authlib): it was not compared with an algorithm that is not known."""
    for at_hash in ("x", "AAAAAAAAAAAAAAAAAAAAAA", 7, True):
        acme.claims["at_hash"] = at_hash
        refused()


def test_an_encrypted_token_without_a_signature(forged, refused):
    """CVE-2026-29000 (pac4j): what the public key encrypts was taken for what it verifies."""

    def encrypt(claims):
        header = {"alg": "RSA-OAEP", "enc": "A128GCM", "kid": "key 0", "cty": "JWT"}
        inner = encoded(b'{"alg":"none"}') + b"." + encoded(json.dumps(claims).encode()) + b"."
        return jwe.encrypt_compact(header, inner, KEYS[0], algorithms=["RSA-OAEP", "A128GCM"])

    forged(encrypt)
    refused()


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "AAAAAAAAAAA", "p2c": 2**31 - 1},
        {"alg": "dir", "enc": "A128GCM", "zip": "DEF"},
    ],
    ids=lambda header: header["alg"],
)
def test_an_encrypted_token_that_takes_for_ever(header, forged, refused):
    """CVE-2026-27932 (joserfc), CVE-2025-62706 (authlib): work and memory without a bound."""
    forged(lambda claims: f"{encoded(json.dumps(header).encode()).decode()}.AAAA.AAAA.AAAA.AAAA")
    refused()


def test_a_token_that_is_huge(forged, refused):
    """CVE-2025-61920 (authlib): hundreds of megabytes were decoded before anything was checked."""

    def sign(claims, sizes):
        return ".".join("A" * size for size in sizes)

    for sizes in ((200_000, 4, 4), (4, 200_000, 4), (4, 4, 200_000)):
        forged(partial(sign, sizes=sizes))
        refused()


def test_what_is_no_token_at_all(acme, visitor, all_emails):
    texts = "", ".", "..", "...", "....", "a.b.c", "{}", "\0.\0.\0", "é.é.é", "null"
    values: tuple[object, ...] = None, 7, [], {}, True
    for token in (*texts, *values):
        answer = document({"access_token": "x", "token_type": "Bearer", "id_token": token})
        with acme.answering("/token", always(answer)):
            assert make_journey(visitor).status_code in (400, 503), token
    assert all_emails() == []


def test_a_token_in_the_other_serialization(forged, refused):
    def sign(claims):
        members: Any = {"protected": {"alg": "RS256"}, "header": {"kid": "key 0"}}
        return json.dumps(jws.serialize_json(members, json.dumps(claims), KEYS[0]))

    forged(sign)
    refused()


@pytest.mark.parametrize("claim", ["preferred_username", "upn", "email", "name"])
def test_a_name_that_people_choose_is_not_who_they_are(claim, acme, frida, connections, visitor):
    """django-allauth 65.13.0: Okta's and NetIQ's users were known by a name that can be changed."""
    acme.person |= {"sub": "acme-2", "email": "other@example.com", claim: frida.email}
    make_journey(visitor)
    assert (frida.email, "acme", "acme-1") in connections()
    assert (frida.email, "acme", "acme-2") not in connections()
