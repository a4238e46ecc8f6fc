"""The list of jobs: what waits, runs and failed, to try again or to cancel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, or_, select

from carafe.admin.actions.declaration import Action
from carafe.admin.columns import Column
from carafe.admin.lists.filters import Arguments, Choice, Filter
from carafe.admin.lists.search import Prefix
from carafe.admin.registration import add
from carafe.audit import record
from carafe.database import db
from carafe.jobs import Job, Priority
from carafe.jobs.definition import queues, registry
from carafe.jobs.models import (
    ACTIVE_STATES,
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Schedule,
    WorkerRecord,
)
from carafe.time import time_tag

STATES = {state: state.capitalize() for state in (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED)}
TONES = {RUNNING: "info", SUCCEEDED: "success", FAILED: "danger", CANCELLED: "warning"}
# Newer code, of which this database has rows already, may know more.
PRIORITIES = {one.value: one.name.lower() for one in Priority}
MAX_WORKERS = 20


class JobNameSearch(Prefix):
    """Names of jobs by any part, of those that this code knows; of others, by how they begin."""

    def condition(self, text: str) -> ColumnElement[bool]:
        if text in registry:
            return Job.name == text
        known = [name for name in registry if text.lower() in name.lower()]
        return or_(Job.name.in_(known), super().condition(text))


class QueueFilter(Filter):
    """Of the queues that there are once all features have named theirs."""

    def condition(self, arguments: Arguments) -> ColumnElement[bool] | None:
        chosen = arguments.get(self.name)
        return self.column == chosen if chosen in queues() else None

    def options(self) -> Mapping[str, str]:
        return {queue: queue.capitalize() for queue in queues()}


def cancel(job: Job) -> None:
    job.cancel()
    record("job.canceled", subject(job), name=job.name)


def retry(job: Job) -> bool:
    """Queue it anew; False where there is nothing to try again."""
    if not job.retry():
        return False
    record("job.retried", subject(job), name=job.name)
    return True


def subject(job: Job) -> str:
    """How the audit names a job."""
    return f"job:{job.id}"


def init_app(app: Flask) -> None:
    add(
        app,
        Job,
        intro="Work outside of requests. What succeeded is kept for three days,"
        " the rest for a month.",
        columns=[
            "name",
            Column("state", of=["state", "attempts", "done", "total", "message", "error"],
                   render=_state),
            "queue",
            Column("when", of=["state", "run_at", "started_at", "finished_at"], render=_when),
        ],
        optional=[
            "id", "subject", Column("priority", render=PRIORITIES.get), "worker",
            *(Column(name, render=_moment) for name in ("created_at", "started_at", "finished_at")),
        ],
        search=[JobNameSearch(Job.name, "Name of a job")],
        filters=[
            Choice(Job.state, "state", "State", STATES, counted=True),
            QueueFilter(Job.queue, "queue", "Queue"),
        ],
        icon="layers",
        last=True,
        permissions={"read": "jobs.read", "edit": "jobs.edit"},
        endpoint="admin.job",
        actions=[
            Action("retry", "Try again", retry, where=Job.state.in_([FAILED, CANCELLED]),
                   unavailable_reason="Neither failed nor cancelled."),
            Action("cancel", "Cancel", cancel, where=Job.state.in_(ACTIVE_STATES),
                   unavailable_reason="It is over.",
                   warning="What waits never runs. What runs is asked to stop."),
        ],
        below=("admin/_schedule.html", _schedule),
    )  # fmt: skip


def _schedule() -> dict[str, Any]:
    workers = select(WorkerRecord).order_by(WorkerRecord.seen_at.desc()).limit(MAX_WORKERS)
    return {
        "schedules": db.session.scalars(select(Schedule).order_by(Schedule.next_at)).all(),
        "workers": db.session.scalars(workers).all(),
    }


def _state(
    state: str, attempts: int, done: int | None, total: int | None, message: str, error: str | None
) -> Markup:
    """The state, and what there is to say about it."""
    said = escape("")
    if attempts > 1:
        said += Markup("<small>{} attempts</small>").format(attempts)
    if state == RUNNING and total:
        bar = Markup('<progress aria-label="Progress" value="{}" max="{}"></progress>')
        said += bar.format(done or 0, total)
    if state == RUNNING and message:
        said += Markup("<small>{}</small>").format(message)
    elif error and state != SUCCEEDED:
        last = error.strip().rpartition("\n")[2]
        said += Markup('<small><span class="excerpt">{}</span></small>').format(last)
    badge = Markup('<span class="row-text"><span class="badge {}">{}</span>{}</span>')
    return badge.format(f"badge-{TONES[state]}" if state in TONES else "", state, said)


def _when(state: str, due: datetime, started: datetime | None, finished: datetime | None) -> Markup:
    return time_tag(finished or (started if state == RUNNING else None) or due)


def _moment(at: datetime | None) -> Markup | None:
    return time_tag(at) if at else None
