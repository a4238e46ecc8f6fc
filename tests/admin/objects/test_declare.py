"""What is wrong with the declaration of a row's page stops the app as it starts."""

import pytest

from app.admin.forms import UserForm
from app.auth.models import User
from carafe import admin
from carafe.auth.models import Impersonation, LinkedAccount, Passkey
from carafe.config import ConfigError
from carafe.testing.apps import another_app
from carafe.web.forms import TextField


class OddForm(UserForm):
    nickname = TextField("Nickname", length=10)


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (User, {"form": ["nothing"]}, "form=…): there is no nothing"),
        (User, {"form": OddForm}, "form=…): there is no nickname to set"),
        (User, {"operations": ["read", "edit"]}, "operations=…): there is no form"),
        (User, {"operations": ["fly"]}, "operations=…): there is no fly"),
        (User, {"title": "nothing"}, "title=…): there is no nothing"),
        (User, {"read_only": ["nothing"]}, "read_only=…): there is no nothing"),
        (User, {"private": ["nothing"]}, "private=…): there is no nothing"),
        (User, {"inlines": [admin.Inline(Impersonation, [], foreign_key="x")]}, "has 0 such"),
        (User, {"inlines": [admin.Inline(LinkedAccount, [], ["label"])]}, "no form around theirs"),
        (Passkey, {"form": ["public_key"]}, "public_key has no field by itself"),
    ],
)
def test_it_names_what_is_wrong(model, options, says, app):
    with another_app(app) as made, pytest.raises(ConfigError) as raised:
        admin.add(made, model, name="odd", columns=["id"], **options)
    assert says in str(raised.value)
