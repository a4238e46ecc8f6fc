"""What features add to the sample data, and how all of it is created and removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from flask import Flask
from sqlalchemy import delete, select

from carafe.database import db
from carafe.database.counters import CounterBucket
from carafe.demo.scenario import Scenario
from carafe.registry import Registry
from carafe.time import now

# The counter whose only row has the time when the sample data was created, and for how many people.
# Everything else follows from that, so `remove` finds the same rows again.
MARKER = "demo"

Step = Callable[[Scenario], None]


class Stage(IntEnum):
    """When sample data is loaded: the app's users first, then their activity, and the log last."""

    APP = 0
    ENGINE = 1
    LOG = 2


@dataclass(frozen=True)
class Sample:
    load: Step
    remove: Step | None
    stage: Stage


SAMPLES = Registry[Sample]("samples", "set of sample data")


class DatabaseNotEmptyError(Exception):
    """There is data already; the text says so."""


def add(app: Flask, load: Step, *, remove: Step | None = None, stage: Stage = Stage.APP) -> None:
    """Have `flask demo` call `load`, which adds sample data in the current transaction.

    `remove` deletes that data again, if it doesn't go with the users.
    """
    SAMPLES.add(app, Sample(load, remove, stage))


def load_all() -> None:
    """Add the sample data and commit it. Raise `DatabaseNotEmptyError` if there are users."""
    scenario = Scenario(now())
    for sample in _in_order():
        # An app may add only a user or two, and no people for the engine's pages.
        if scenario.people or sample.stage == Stage.APP:
            sample.load(scenario)
    if scenario.people:
        size = len(scenario.people)
        db.session.add(CounterBucket(name=MARKER, at=scenario.at, count=size))
    db.session.commit()


def remove_all(scenario: Scenario) -> None:
    """Remove the rows that `load_all` added, and commit."""
    for sample in reversed(_in_order()):
        if sample.remove:
            sample.remove(scenario)
    db.session.execute(delete(CounterBucket).where(CounterBucket.name == MARKER))
    db.session.commit()


def _in_order() -> list[Sample]:
    return sorted(SAMPLES, key=lambda sample: sample.stage)


def loaded_scenario() -> Scenario | None:
    """Return the scenario of the sample data, or None if the database has no sample data."""
    columns = CounterBucket.at, CounterBucket.count.label("size")
    row = db.session.execute(select(*columns).where(CounterBucket.name == MARKER)).first()
    return Scenario(row.at, size=row.size) if row else None
