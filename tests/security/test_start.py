"""The app's settings in production: what it starts with, and what it refuses."""

import pytest

from carafe.config import ConfigError
from carafe.testing.apps import PRODUCTION, another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"SECRET_KEY": None}, r"secrets\.token_urlsafe\(48\)"),
        ({"TRUSTED_HOSTS": []}, r"TRUSTED_HOSTS=example\.org"),
    ],
)
def test_production_refuses_to_start_and_names_the_remedy(change, remedy, app):
    with pytest.raises(ConfigError, match=remedy), another_app(app, **PRODUCTION | change):
        pass


def test_production_starts_with_good_settings(production):
    assert production.config["PUBLIC_URL"] == "https://example.org"
    assert not production.debug
    assert not production.testing
    assert not [rule for rule in production.url_map.iter_rules() if rule.rule.startswith("/dev")]


def test_development_shows_errors_and_mails(development):
    assert development.debug
    page = Browser(development.test_client()).get("/dev/mail")
    assert page.status_code == 200, page.text


def test_a_page_says_when_to_try_again(visitor):
    fields = {"email": "alice@example.com", "password": "a wrong one"}
    answers = [visitor.submit("/auth/login", fields) for _ in range(11)]
    assert answers[-1].status_code == 429
    assert "again in 15 minutes" in answers[-1].text
