"""Each wrong option of a declaration stops the app as it starts, and says what to write."""

import pytest

from app.auth.models import User
from carafe import admin
from carafe.admin import Action, Column, Import, Inline
from carafe.admin.lists.filters import Choice
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.auth.models import LinkedAccount, Session
from carafe.config import ConfigError
from carafe.testing.apps import another_app


def verb(row):
    """What an action does."""


WRONG = [
    ({"serch": ["email"]}, "serch=…): there is no such option"),
    ({"columns": []}, "columns=…): there is none"),
    ({"columns": "email"}, "columns=…): 'email' is no list"),
    ({"columns": [3]}, "columns=…): 3 is none of str or Column"),
    ({"columns": [Column("x", attributes=["email", "name"])]}, "x is made of several"),
    ({"columns": [Column("email", render="upper")]}, "render of email is no function"),  # type: ignore[arg-type]
    ({"optional": ["email"]}, "optional=…): email is there twice"),
    ({"name": "users"}, "name=…): there is a page users already"),
    ({"name": "queries"}, "name=…): there is a page queries already"),
    ({"name": "my/people"}, "name=…): 'my/people' cannot stand in a URL"),
    ({"name": "p" * 41}, "cannot stand in a URL"),
    ({"icon": "nothing"}, "icon=…): there is no icon nothing"),
    ({"search": [Prefix]}, "search=…): <class"),
    ({"search": [Prefix(User.deletes_at, "Leaves")]}, "search=…): deletes_at is in the order of"),
    ({"search": [Exact(Session.token_hash, "Token")]}, "is a column of Session"),
    ({"filters": "role"}, "filters=…): 'role' is no list"),
    ({"filters": [Choice]}, "filters=…): <class"),
    ({"filters": ["created_at", "created_at"]}, "filters=…): two have the same name"),
    ({"filters": [DateRange(User.email, "x", "X")]}, "x cannot be a DateRange"),
    ({"filters": [DateRange(Session.created_at, "x", "X")]}, "x is a column of Session"),
    ({"filters": [Choice(User.role, "x", "X", ["user"])]}, "the choices of x have no labels"),  # type: ignore[arg-type]
    ({"filters": [Choice(User.role, "view", "X", {})]}, "view in the URL is the list's own"),
    ({"scopes": ["new"]}, "scopes=…): ['new'] is no dict"),
    ({"scopes": {"new": User.confirmed_at.is_(None)}}, "new is not a label and a condition"),
    ({"order": "--id"}, "sorts=…): there is no -id"),
    ({"operations": ["delete"]}, "operations=…): there is no read"),
    ({"permissions": "users.read"}, "permissions=…): 'users.read' is no dict"),
    ({"permissions": {"read": "users.look"}}, "there is no permission users.look"),
    ({"actions": ["suspend"]}, "actions=…): 'suspend' is none of Action"),
    ({"actions": [Action("x", "X", None)]}, "actions=…): x has no verb"),  # type: ignore[arg-type]
    ({"actions": [Action("x", "X", verb, undo=verb)]}, "the undo of x is not a label and a verb"),  # type: ignore[arg-type]
    ({"actions": [Action("x", "X", verb, where="new")]}, "where of x is no condition"),  # type: ignore[arg-type]
    ({"endpoint": "people.page"}, "endpoint=…): there is no people.page"),
    ({"form": "name"}, "form=…): 'name' is no form"),
    ({"form": User}, "is no form"),
    ({"save": "rename"}, "save=…): 'rename' is no function"),
    ({"context": {}}, "context=…): {} is no function"),
    ({"template": "people/none.html"}, "template=…): there is no template people/none.html"),
    ({"footer": "people/none.html"}, "footer=…): it is not a template and a function"),
    ({"footer": ("people/none.html", dict)}, "footer=…): there is no template people/none.html"),
    ({"form": ["name"], "imports": ["name", "name"]}, "imports=…): name is there twice"),
    ({"form": ["name"], "imports": ["name"]}, "imports=…): no row can be without email"),
    ({"form": ["name"], "imports": Import(["name"], "name", dict)}, "the key name is not unique"),
    ({"inlines": [LinkedAccount]}, "inlines=…): <class"),
    ({"inlines": [Inline(LinkedAccount, ["id"], private=["x"])]}, "has no x, which is private"),
    ({"inlines": [Inline(Session, ["id"]), Inline(Session, ["id"])]}, "two are of one model"),
]


@pytest.mark.parametrize(("options", "says"), WRONG)
def test_it_stops_the_start(options, says, app):
    with another_app(app) as made, pytest.raises(ConfigError) as raised:
        admin.add(made, User, **{"name": "people", "columns": ["email"]} | options)
    assert says in str(raised.value)


@pytest.mark.parametrize("model", ["user", dict])
def test_it_takes_no_other_class(model, app):
    with another_app(app) as made, pytest.raises(ConfigError, match="it is no model"):
        admin.add(made, model, columns=["id"])
