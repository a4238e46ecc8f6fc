"""The roles that the app hands over."""

import pytest
from flask import Flask

from carafe.auth import permissions
from carafe.config import ConfigError


@pytest.mark.parametrize("role", [permissions.ADMIN, permissions.DEFAULT_ROLE])
def test_a_missing_role_is_refused_with_the_remedy(role):
    roles = {permissions.ADMIN: "Administrator", permissions.DEFAULT_ROLE: "User"}
    del roles[role]
    with pytest.raises(ConfigError, match=role):
        permissions.register_roles(Flask("other"), roles)
