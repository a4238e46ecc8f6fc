"""The engine extends Flask where Flask allows it."""

from inspect import isfunction

import pytest
from flask import Flask

from carafe.testing.apps import another_app


@pytest.mark.parametrize("settings", [{}, {"APP_ENV": "development"}])
def test_it_replaces_no_method_of_flask(settings, app):
    with another_app(app, **settings) as made:
        replaced = {name for name in vars(made) if isfunction(getattr(Flask, name, None))}
    # Documented as the place for middleware. The other is replaced by Flask-DebugToolbar itself.
    assert replaced - ({"dispatch_request"} if made.debug else set()) == {"wsgi_app"}
