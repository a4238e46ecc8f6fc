"""Sample jobs: recent scheduled runs, and some failures."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from random import Random

from flask import Flask
from sqlalchemy import delete, insert

from carafe import demo
from carafe.database import db
from carafe.demo import Scenario
from carafe.demo.scenario import REQUEST_PREFIX, request_id
from carafe.jobs.definition import JobDefinition, registry
from carafe.jobs.models import FAILED, SUCCEEDED, Job, Priority
from carafe.jobs.schedule import active_rules

SINCE = timedelta(days=1)
RUNS_PER_JOB = 6
WORKER = "web-1"
ERROR = """\
Traceback (most recent call last):
  File "carafe/storage/s3.py", line 118, in _send
    response = self.connection.getresponse()
  File "/usr/lib/python3.13/http/client.py", line 1430, in getresponse
    response.begin()
TimeoutError: timed out
"""


def load(scenario: Scenario) -> None:
    """Add runs of scheduled jobs, one of which failed."""
    random = scenario.random("jobs")
    rows = []
    for name, rule in sorted(active_rules().items()):
        times = deque[datetime](maxlen=RUNS_PER_JOB)
        time = rule.after(scenario.at - SINCE)
        while time < scenario.at:
            times.append(time)
            time = rule.after(time)
        rows += [build_row(random, registry[name], time) for time in times if registry[name].keep]
    rows.sort(key=lambda row: str(row["created_at"]))
    rows[-3] |= {"state": FAILED, "error": ERROR, "failures": 6, "attempts": 6, "result": None}
    db.session.execute(insert(Job), rows)


def build_row(
    random: Random, definition: JobDefinition[...], time: datetime, **values: object
) -> dict[str, object]:
    """Return the columns of a finished job, by default a successful one."""
    started_at = time + timedelta(milliseconds=random.randint(200, 1500))
    return {
        "name": definition.name,
        "queue": definition.queue,
        "priority": Priority.NORMAL,
        "arguments": [[], {}],
        "subject": None,
        "context": {"request_id": request_id(random)},
        "state": SUCCEEDED,
        "created_at": time,
        "run_at": time,
        "started_at": started_at,
        "finished_at": started_at + timedelta(milliseconds=random.randint(8, 900)),
        "attempts": 1,
        "failures": 0,
        "worker": WORKER,
        "result": random.choice([0, 0, 0, 3, 12]),
        "error": None,
        **values,
    }


def remove(scenario: Scenario) -> None:
    asked_by = Job.context["request_id"].as_string()
    db.session.execute(delete(Job).where(asked_by.startswith(REQUEST_PREFIX)))


def init_app(app: Flask) -> None:
    # After the emails that failed days ago, so that IDs follow the times.
    demo.add(app, load, remove=remove, stage=demo.Stage.LOG)
