"""Each wrong option of a declaration stops the app as it starts, and says what to write."""

from copy import copy

import pytest

from carafe import admin
from carafe.admin import Action, Column, Import, Inline
from carafe.admin.lists.filters import Choice
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, Prefix
from carafe.auth.models import Impersonation, KnownDevice, LinkedAccount, Passkey, Session
from carafe.config import ConfigError
from carafe.jobs.models import Schedule
from carafe.testing.apps import another_app
from carafe.testing.sample_model import Sample
from carafe.tests.site.forms import NameForm
from carafe.tests.site.models import Thing, User
from carafe.web.fields import TextField


class OddForm(NameForm):
    nickname = TextField("Nickname", length=10)


def verb(row):
    """What an action does."""


AWAY = admin.Button("away", "…", "…")
HIDDEN = Action("x", "X", verb, permission="users.edti", bulk=False, button=AWAY)
WRONG = [
    ({"serch": ["email"]}, "serch=…): Unknown option"),
    ({"columns": []}, "columns=…): it is empty"),
    ({"columns": "email"}, "columns=…): 'email' is no list"),
    ({"columns": [3]}, "columns=…): 3 is none of str or Column"),
    ({"columns": [Column("x", attributes=["email", "name"])]}, "x is made of several"),
    ({"columns": [Column("email", render="upper")]}, "render of email is no function"),  # type: ignore[arg-type]
    ({"optional": ["email"]}, "optional=…): email is there twice"),
    ({"optional": ["nothing"]}, "there is no nothing"),
    ({"columns": ["nothing"]}, "there is no nothing"),
    ({"columns": ["name.nothing"]}, "name.… leads nowhere"),
    ({"name": "users"}, "name=…): The page users already exists"),
    ({"name": "queries"}, "name=…): The page queries already exists"),
    ({"name": "my/people"}, "name=…): 'my/people' cannot stand in a URL"),
    ({"name": "p" * 41}, "cannot stand in a URL"),
    ({"icon": "nothing"}, "icon=…): Unknown icon: nothing"),
    ({"search": [Prefix]}, "search=…): <class"),
    ({"search": [Prefix(User.deletes_at, "Leaves")]}, "search=…): deletes_at is in the order of"),
    ({"search": [Exact(Session.token_hash, "Token")]}, "is a column of Session"),
    ({"search": ["password_hash"]}, "password_hash has no index"),
    ({"search": [Exact(User.time_zone, "zone")]}, "zone has no index"),
    ({"search": ["name"]}, "name is in the order of a language"),
    ({"filters": "role"}, "filters=…): 'role' is no list"),
    ({"filters": ["role"]}, "role has no filter by itself"),
    ({"filters": ["confirmed_at"]}, "confirmed_at has no index"),
    ({"filters": [Choice(User.role, "q", "Q", {})]}, "q in the URL is"),
    ({"filters": [Choice]}, "filters=…): <class"),
    ({"filters": ["created_at", "created_at"]}, "filters=…): Two filters have the same name"),
    ({"filters": [DateRange(User.email, "x", "X")]}, "x cannot be a DateRange"),
    ({"filters": [DateRange(Session.created_at, "x", "X")]}, "x is a column of Session"),
    ({"filters": [Choice(User.role, "x", "X", ["user"])]}, "The choices of x need labels"),  # type: ignore[arg-type]
    ({"filters": [Choice(User.role, "view", "X", {})]}, "view in the URL is the list's own"),
    ({"scopes": ["new"]}, "scopes=…): ['new'] is no dict"),
    ({"scopes": {"new": User.confirmed_at.is_(None)}}, "new is not a label and a condition"),
    ({"order": "--id"}, "sorts=…): there is no -id"),
    ({"sorts": ["confirmed_at"]}, "confirmed_at may be empty"),
    ({"sorts": ["role"], "order": "time_zone"}, "time_zone has no index"),
    ({"operations": ["fly"]}, "operations=…): there is no fly"),
    ({"operations": ["read", "edit"]}, "operations=…): form is missing"),
    ({"operations": ["delete"]}, 'operations=…): "read" is missing'),
    ({"permissions": "users.read"}, "permissions=…): 'users.read' is no dict"),
    ({"permissions": {"read": "users.look"}}, "Unknown permission: users.look"),
    ({"actions": ["suspend"]}, "actions=…): 'suspend' is none of Action"),
    ({"actions": [Action("x", "X", None)]}, "actions=…): x has no verb"),  # type: ignore[arg-type]
    ({"actions": [Action("x", "X", verb, undo=verb)]}, "the undo of x is not a label and a verb"),  # type: ignore[arg-type]
    (
        {"actions": [Action("x", "X", verb, where="new")]},  # type: ignore[arg-type]
        "where of x is not a SQLAlchemy condition",
    ),
    ({"actions": [Action("x", "X", verb, bulk=False)]}, "actions=…): nothing applies x"),
    ({"actions": [HIDDEN]}, "actions=…): Unknown permission: users.edti"),
    ({"endpoint": "people.page"}, "endpoint=…): there is no people.page"),
    ({"form": "name"}, "form=…): 'name' is no form"),
    ({"form": User}, "is no form"),
    ({"form": ["nothing"]}, "form=…): there is no nothing"),
    ({"form": OddForm}, "form=…): The model has no attribute nickname"),
    ({"title": "nothing"}, "title=…): there is no nothing"),
    ({"read_only": ["nothing"]}, "read_only=…): there is no nothing"),
    ({"private": ["nothing"]}, "private=…): there is no nothing"),
    ({"save": "rename"}, "save=…): 'rename' is no function"),
    ({"context": {}}, "context=…): {} is no function"),
    ({"template": "people/none.html"}, "template=…): Template not found: people/none.html"),
    ({"footer": "people/none.html"}, "footer=…): Must be a (template, function) pair"),
    ({"footer": ("people/none.html", dict)}, "footer=…): Template not found: people/none.html"),
    ({"form": ["name"], "imports": ["name", "name"]}, "imports=…): name is there twice"),
    ({"form": ["name"], "imports": ["name"]}, "imports=…): email is required for every row"),
    ({"form": ["name"], "imports": Import(["name"], "name", dict)}, "The key name is not unique"),
    ({"inlines": [LinkedAccount]}, "inlines=…): <class"),
    ({"inlines": [Inline(Impersonation, [], foreign_key="x")]}, "has 0 such"),
    ({"inlines": [Inline(LinkedAccount, [], ["label"])]}, "Inline forms need a form"),
    ({"inlines": [Inline(LinkedAccount, ["id"], private=["x"])]}, "has no x, which is private"),
    (
        {"inlines": [Inline(Session, ["id"]), Inline(Session, ["id"])]},
        "Two inlines use the same model",
    ),
]
OTHERS = [
    (KnownDevice, {"columns": ["user_id"]}, "primary key must be a single integer"),
    (Schedule, {"columns": ["name"]}, "primary key must be a single integer"),
    (Passkey, {"sorts": ["credential_id"]}, "cannot stand in links"),
    (Passkey, {"form": ["public_key"]}, "public_key has no field by itself"),
    (Sample, {"form": ["settings"]}, "settings has no field"),
    # They would be joined to nothing: each row with each user.
    (Session, {"search": ["user.email"]}, "search=…): user.email is not an attribute of Session"),
    (Session, {"filters": ["user.email"]}, "filters=…): user.email is not an attribute of Session"),
    (Session, {"sorts": ["user.email"]}, "sorts=…): user.email is not an attribute of Session"),
    # Its own pages would record the values.
    (Thing, {"form": ["title"], "private": ["title"]}, "Write in it: private = ('title',)."),
    ("user", {}, "it is no model"),
    (dict, {}, "it is no model"),
]


@pytest.fixture(scope="module")
def another(application):
    with another_app(application) as app:
        yield app


@pytest.fixture
def made(another, monkeypatch):
    """An app in which nothing is left of a declaration that was refused late."""
    for name, value in [*another.extensions.items()]:
        if isinstance(value, dict):
            monkeypatch.setitem(another.extensions, name, copy(value))
    return another


@pytest.mark.parametrize(("model", "options", "says"), [*((User, *row) for row in WRONG), *OTHERS])
def test_it_stops_the_start(model, options, says, made):
    columns = ["email"] if model is User else ["id"]
    with pytest.raises(ConfigError) as raised:
        admin.add(made, model, **{"name": "people", "columns": columns} | options)
    assert says in str(raised.value)
