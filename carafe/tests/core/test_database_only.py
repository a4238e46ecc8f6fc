"""`pytest --database-only`: tests that run alike on all databases are left out."""

import os
from types import SimpleNamespace
from unittest.mock import Mock

from carafe.testing import hooks


def select(only, *items):
    """Return the tests that are run, and those that pytest counts as deselected."""
    config = Mock()
    config.getoption.return_value = only
    chosen = list(items)
    hooks.pytest_collection_modifyitems(config, chosen)
    calls = config.hook.pytest_deselected.call_args_list
    return chosen, [item for call in calls for item in call.kwargs["items"]]


def item(*fixtures, marks=()):
    return SimpleNamespace(
        fixturenames=fixtures, get_closest_marker=lambda name: name if name in marks else None
    )


def test_it_keeps_only_tests_whose_fixtures_ask_for_the_database():
    asks = item("app", "application", "database_url")
    does_not = item("tmp_path")
    without_fixtures = SimpleNamespace()
    items = asks, does_not, without_fixtures
    assert select(True, *items) == ([asks], [does_not, without_fixtures])
    assert select(False, *items) == ([*items], [])


def test_it_keeps_none_that_is_marked_as_alike_on_all():
    asks = item("app", "application", "database_url")
    marked = item("app", "application", "database_url", marks=["any_database"])
    assert select(True, asks, marked) == ([asks], [marked])
    assert select(False, asks, marked) == ([asks, marked], [])


def test_whatever_has_the_app_asks_for_it(application, request):
    assert "database_url" in request.fixturenames


def test_the_address_is_hidden_from_others():
    assert "DATABASE_URL" not in os.environ


def test_the_address_is_seen_by_those_that_ask(database_url):
    assert os.environ.get("DATABASE_URL") == database_url
