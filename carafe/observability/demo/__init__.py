"""Two weeks of sample requests, including slow and failed ones."""

from flask import Flask

from carafe import demo
from carafe.demo import Scenario
from carafe.observability.demo import exceptions, problems, traffic
from carafe.observability.store import get_store


def load(scenario: Scenario) -> None:
    endpoints = traffic.app_endpoints()
    with get_store().write_transaction() as connection:
        traffic.write(connection, scenario, endpoints, 1)
        problems.write(connection, scenario, endpoints)
        exceptions.write(connection, scenario, endpoints)


def remove(scenario: Scenario) -> None:
    with get_store().write_transaction() as connection:
        traffic.write(connection, scenario, traffic.counted_endpoints(connection, scenario), -1)
        problems.remove(connection)
        exceptions.remove(connection)


def init_app(app: Flask) -> None:
    # Last, because that database isn't part of the others' transaction.
    if app.config["RECORDER"]:
        demo.add(app, load, remove=remove, stage=demo.Stage.LOG)
