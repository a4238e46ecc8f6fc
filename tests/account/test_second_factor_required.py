"""REQUIRE_SECOND_FACTOR: which pages are open to users who have yet to set one up."""

import pytest

from carafe.testing.groups import require
from carafe.testing.routes import routes
from carafe.testing.two_factor import PAGE

pytestmark = pytest.mark.any_database

OPEN = {
    "account.add_passkey",
    "account.add_totp",
    "account.begin_totp",
    "account.new_passkey",
    "account.new_totp",
    "account.passkey_options",
    "account.passkeys",
    "account.recovery_codes",
    "account.second_factors",
    "auth.interrupted",
    "auth.proof_options",
    "auth.prove",
    "auth.prove_with_passkey",
    "auth.prove_with_provider",
    "auth.reauthenticate",
}


@pytest.fixture
def admin(app, monkeypatch, carol, sign_in, clock):
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    return sign_in(carol)


def test_it_leads_there_from_everywhere(app, admin):
    fields, tried = {"csrf_token": admin.fill(PAGE, f"{PAGE}/totp").fields["csrf_token"]}, set()
    for route in routes(app):
        if route.public or route.endpoint in OPEN or route.method == "OPTIONS":
            continue
        answer = route.open(admin, data=fields)
        assert (answer.status_code, answer.location) == (303, PAGE), str(route)
        tried.add(route.endpoint.partition(".")[0])
    assert tried >= {"account", "admin"}


def test_it_leaves_this_open(app):
    require("oauth")
    assert {
        route.endpoint for route in routes(app) if route.policy.allow_without_two_factor
    } == OPEN
