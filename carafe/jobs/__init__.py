"""Jobs: background and scheduled work that no crash loses.

A job is a row, written in the transaction that enqueues it. Workers claim rows, hold a lease on
each, and record the outcome. If a worker dies, its lease expires, and another one restarts the job.
"""

from flask import Flask

from carafe.jobs import checks, cli, demo, dispatch, gauges, health, in_process
from carafe.jobs.definition import JobDefinition, job
from carafe.jobs.models import Job, Priority
from carafe.jobs.run import JobCanceled, JobTimeoutError, PermanentError, progress
from carafe.jobs.schedule import scheduled

__all__ = [
    "Job",
    "JobCanceled",
    "JobDefinition",
    "JobTimeoutError",
    "PermanentError",
    "Priority",
    "job",
    "progress",
    "scheduled",
]


def init_app(app: Flask) -> None:
    dispatch.init_app(app)
    in_process.init_app(app)
    gauges.init_app(app)
    health.init_app(app)
    checks.init_app(app)
    demo.init_app(app)
    app.cli.add_command(cli.jobs)
