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

pytestmark = pytest.mark.any_database


class OddForm(NameForm):
    nickname = TextField("Nickname", length=10)


def verb(row):
    """What an action does."""


AWAY = admin.Button("away", "…", "…")
HIDDEN = Action("x", "X", verb, permission="users.edti", bulk=False, button=AWAY)
WRONG = [
    ({"serch": ["email"]}, "serch=…): Unknown option"),
    ({"columns": []}, "columns=…): The list is empty"),
    ({"columns": "email"}, "columns=…): 'email' is not a list"),
    ({"columns": [3]}, "columns=…): 3 is not one of str or Column"),
    ({"columns": [Column("x", attributes=["email", "name"])]}, "x combines several attributes"),
    ({"columns": [Column("email", render="upper")]}, "render of email is not callable"),  # type: ignore[arg-type]
    ({"optional": ["email"]}, "optional=…): email is listed twice"),
    ({"optional": ["nothing"]}, "Unknown attribute: nothing"),
    ({"columns": ["nothing"]}, "Unknown attribute: nothing"),
    ({"columns": ["name.nothing"]}, "Can't resolve name.…"),
    ({"name": "users"}, "name=…): The page users already exists"),
    ({"name": "queries"}, "name=…): The page queries already exists"),
    ({"name": "my/people"}, "name=…): 'my/people' can't be used in a URL"),
    ({"name": "p" * 41}, "can't be used in a URL"),
    ({"icon": "nothing"}, "icon=…): Unknown icon: nothing"),
    ({"search": [Prefix]}, "search=…): <class"),
    (
        {"search": [Prefix(User.deletes_at, "Leaves")]},
        "search=…): deletes_at uses a language-specific",
    ),
    ({"search": [Exact(Session.token_hash, "Token")]}, "belongs to Session"),
    ({"search": ["password_hash"]}, "password_hash isn't indexed"),
    ({"search": [Exact(User.time_zone, "zone")]}, "zone isn't indexed"),
    ({"search": ["name"]}, "name uses a language-specific collation"),
    ({"filters": "role"}, "filters=…): 'role' is not a list"),
    ({"filters": ["role"]}, "No default filter for role"),
    ({"filters": ["confirmed_at"]}, "confirmed_at isn't indexed"),
    ({"filters": [Choice(User.role, "q", "Q", {})]}, "q is a reserved"),
    ({"filters": [Choice]}, "filters=…): <class"),
    ({"filters": ["created_at", "created_at"]}, "filters=…): Two filters have the same name"),
    ({"filters": [DateRange(User.email, "x", "X")]}, "x doesn't support the filter DateRange"),
    ({"filters": [DateRange(Session.created_at, "x", "X")]}, "x belongs to Session"),
    ({"filters": [Choice(User.role, "x", "X", ["user"])]}, "The choices of x need labels"),  # type: ignore[arg-type]
    ({"filters": [Choice(User.role, "view", "X", {})]}, "view is a reserved URL parameter"),
    ({"scopes": ["new"]}, "scopes=…): ['new'] is not a dict"),
    ({"scopes": {"new": User.confirmed_at.is_(None)}}, "new must be a (label, condition) pair"),
    ({"order": "--id"}, "sorts=…): Unknown attribute: -id"),
    ({"sorts": ["confirmed_at"]}, "confirmed_at is nullable"),
    ({"sorts": ["role"], "order": "time_zone"}, "time_zone isn't indexed"),
    ({"operations": ["fly"]}, "operations=…): Unknown operation: fly"),
    ({"operations": ["read", "edit"]}, "operations=…): form is missing"),
    ({"operations": ["delete"]}, 'operations=…): "read" is missing'),
    ({"permissions": "users.read"}, "permissions=…): 'users.read' is not a dict"),
    ({"permissions": {"read": "users.look"}}, "Unknown permission: users.look"),
    ({"actions": ["suspend"]}, "actions=…): 'suspend' is not one of Action"),
    ({"actions": [Action("x", "X", None)]}, "actions=…): x has no callable"),  # type: ignore[arg-type]
    (
        {"actions": [Action("x", "X", verb, undo=verb)]},  # type: ignore[arg-type]
        "undo of x must be a (label, function) pair",
    ),
    (
        {"actions": [Action("x", "X", verb, where="new")]},  # type: ignore[arg-type]
        "where of x is not a SQLAlchemy condition",
    ),
    ({"actions": [Action("x", "X", verb, bulk=False)]}, "actions=…): Nothing applies x"),
    ({"actions": [HIDDEN]}, "actions=…): Unknown permission: users.edti"),
    ({"endpoint": "people.page"}, "endpoint=…): Unknown endpoint: people.page"),
    ({"form": "name"}, "form=…): 'name' is not a form class"),
    ({"form": User}, "is not a form class"),
    ({"form": ["nothing"]}, "form=…): Unknown attribute: nothing"),
    ({"form": OddForm}, "form=…): The model has no attribute nickname"),
    ({"title": "nothing"}, "title=…): Unknown attribute: nothing"),
    ({"read_only": ["nothing"]}, "read_only=…): Unknown attribute: nothing"),
    ({"private": ["nothing"]}, "private=…): Unknown attribute: nothing"),
    ({"save": "rename"}, "save=…): 'rename' is not callable"),
    ({"context": {}}, "context=…): {} is not callable"),
    ({"template": "people/none.html"}, "template=…): Template not found: people/none.html"),
    ({"footer": "people/none.html"}, "footer=…): Must be a (template, function) pair"),
    ({"footer": ("people/none.html", dict)}, "footer=…): Template not found: people/none.html"),
    ({"form": ["name"], "imports": ["name", "name"]}, "imports=…): name is listed twice"),
    ({"form": ["name"], "imports": ["name"]}, "imports=…): email is required for every row"),
    ({"form": ["name"], "imports": Import(["name"], "name", dict)}, "The key name is not unique"),
    ({"inlines": [LinkedAccount]}, "inlines=…): <class"),
    ({"inlines": [Inline(Impersonation, [], foreign_key="x")]}, "has 0 foreign keys"),
    ({"inlines": [Inline(LinkedAccount, [], ["label"])]}, "Inline forms need a form"),
    ({"inlines": [Inline(LinkedAccount, ["id"], private=["x"])]}, "has no attribute x"),
    (
        {"inlines": [Inline(Session, ["id"]), Inline(Session, ["id"])]},
        "Two inlines use the same model",
    ),
]
OTHERS = [
    (KnownDevice, {"columns": ["user_id"]}, "primary key must be a single integer"),
    (Schedule, {"columns": ["name"]}, "primary key must be a single integer"),
    (Passkey, {"sorts": ["credential_id"]}, "can't be used for pagination"),
    (Passkey, {"form": ["public_key"]}, "No default form field for public_key"),
    (Sample, {"form": ["settings"]}, "No default form field for settings"),
    # They would be joined to nothing: each row with each user.
    (Session, {"search": ["user.email"]}, "search=…): user.email isn't an attribute of Session"),
    (Session, {"filters": ["user.email"]}, "filters=…): user.email isn't an attribute of Session"),
    (Session, {"sorts": ["user.email"]}, "sorts=…): user.email isn't an attribute of Session"),
    # Its own pages would record the values.
    (Thing, {"form": ["title"], "private": ["title"]}, "Add to the model: private = ('title',)."),
    ("user", {}, "is not a model"),
    (dict, {}, "is not a model"),
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
