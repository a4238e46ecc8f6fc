"""Sample views of lists: the engine's, and those that an app adds."""

from urllib.parse import urlencode

from flask import Flask

from carafe import demo
from carafe.admin.lists.saved_views import SavedView
from carafe.database import db
from carafe.demo import Scenario
from carafe.jobs.models import FAILED


def add_sample_view(
    scenario: Scenario, list: str, name: str, *, shared: bool = False, **arguments: str
) -> None:
    """Save a view of the admin's: the arguments of a list's URL, under a name."""
    query = urlencode(sorted(arguments.items()))
    view = SavedView(user_id=scenario.admin.id, list=list, name=name, query=query, shared=shared)
    db.session.add(view)


def load(scenario: Scenario) -> None:
    add_sample_view(scenario, "jobs", "Failed emails", q="mail.deliver", state=FAILED)
    add_sample_view(scenario, "audit", "Failed logins", q="login.failed", shared=True)


def init_app(app: Flask) -> None:
    demo.add(app, load, stage=demo.Stage.ENGINE)
