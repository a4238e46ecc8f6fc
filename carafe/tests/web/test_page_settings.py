"""Settings that are the path of a page, as `flask check` sees them."""

import pytest

from carafe.testing.apps import another_app
from carafe.web.checks import settings_without_page

pytestmark = pytest.mark.any_database


@pytest.fixture
def problem(application, monkeypatch):
    """Return what is wrong with a path in a setting."""

    def check(name, path):
        monkeypatch.setitem(application.config, name, path)
        with application.app_context():
            return settings_without_page()

    return check


@pytest.mark.parametrize(
    "path", ["/dashboard", "/things", "/things/?q=a", "/account/second-factors"]
)
def test_a_page_is_accepted(problem, path):
    assert problem("HOME_URL", path) is None


def test_a_page_below_the_root_is_accepted(app):
    with another_app(app, APPLICATION_ROOT="/site") as other, other.app_context():
        assert other.config["HOME_URL"] == "/site/dashboard"
        assert settings_without_page() is None


def test_a_path_below_the_root_without_a_slash_is_named(app):
    settings = {"APPLICATION_ROOT": "/site", "HOME_URL": "things"}
    with another_app(app, **settings) as other, other.app_context():
        assert settings_without_page() == "No page matches HOME_URL=/sitethings."


@pytest.mark.parametrize("name", ["HOME_URL", "TWO_FACTOR_URL"])
@pytest.mark.parametrize("path", ["/nowhere", "/account/second-factors/totp", "dashboard"])
def test_a_path_without_a_page_is_named(problem, name, path):
    assert problem(name, path) == f"No page matches {name}={path}."
