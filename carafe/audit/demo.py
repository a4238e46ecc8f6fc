"""The audit log of the sample data: events that other packages provide."""

from flask import Flask
from sqlalchemy import delete

from carafe import demo
from carafe.audit.models import EVENTS, append
from carafe.database import db
from carafe.demo import Scenario
from carafe.demo.scenario import REQUEST_PREFIX, request_id


def load(scenario: Scenario) -> None:
    random = scenario.random("requests")
    events = sorted(scenario.events, key=lambda event: str(event["at"]))
    for event in events:
        event["address"] = scenario.address(str(event["actor"]))
        event["request_id"] = request_id(random)
    append(events)


def remove(scenario: Scenario) -> None:
    """Delete these events. Anything done to the sample users since then stays."""
    is_sample = EVENTS.c.request_id.startswith(REQUEST_PREFIX)
    db.session.execute(delete(EVENTS).where(is_sample, EVENTS.c.at <= scenario.at))


def init_app(app: Flask) -> None:
    demo.add(app, load, remove=remove, stage=demo.Stage.LOG)
