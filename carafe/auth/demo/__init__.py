"""Sample users for `flask demo`, and their activity."""

from flask import Flask

from carafe import demo
from carafe.auth.demo import activity, users
from carafe.auth.demo.users import add_sample_users
from carafe.demo import Scenario

__all__ = ["add_sample_users"]


def remove(scenario: Scenario) -> None:
    activity.remove(scenario)
    users.remove(scenario)


def init_app(app: Flask) -> None:
    demo.add(app, activity.load, remove=remove, stage=demo.Stage.ENGINE)
