"""The class that the app hands over as its user."""

import pytest

from carafe.auth import users
from carafe.auth.models import UserMixin
from carafe.tests.site.models import User


def test_it_is_the_one_of_the_app(app):
    assert users.user_model() is User


def test_it_can_be_handed_over_again(app):
    users.register_model(User)
    assert users.user_model() is User


def test_another_needs_another_process(app):
    with pytest.raises(RuntimeError, match="another process"):
        users.register_model(UserMixin)
    assert users.user_model() is User
