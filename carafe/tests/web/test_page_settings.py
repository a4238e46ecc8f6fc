"""Settings that are the path of a page, as `flask check` sees them."""

import pytest

from carafe.testing.apps import another_app
from carafe.web.checks import settings_without_page


@pytest.mark.parametrize(
    "path", ["/dashboard", "/things", "/things/?q=a", "/account/second-factors"]
)
def test_a_page_is_accepted(app, path):
    with another_app(app, HOME_URL=path) as other, other.app_context():
        assert settings_without_page() is None


def test_a_page_below_the_root_is_accepted(app):
    with another_app(app, APPLICATION_ROOT="/site") as other, other.app_context():
        assert other.config["HOME_URL"] == "/site/dashboard"
        assert settings_without_page() is None


def test_a_path_below_the_root_without_a_slash_is_named(app):
    settings = {"APPLICATION_ROOT": "/site", "HOME_URL": "things"}
    with another_app(app, **settings) as other, other.app_context():
        assert settings_without_page() == "There is no page for HOME_URL=/sitethings."


@pytest.mark.parametrize("name", ["HOME_URL", "TWO_FACTOR_URL"])
@pytest.mark.parametrize("path", ["/nowhere", "/account/second-factors/totp", "dashboard"])
def test_a_path_without_a_page_is_named(app, name, path):
    with another_app(app, **{name: path}) as other, other.app_context():
        assert settings_without_page() == f"There is no page for {name}={path}."
