"""The list of jobs, with actions that retry and cancel them."""

from collections.abc import Mapping
from datetime import datetime

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
    CANCELED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Schedule,
    WorkerRecord,
)
from carafe.time import time_tag
from carafe.web.menus import Count

STATES = {state: state.capitalize() for state in (QUEUED, RUNNING, SUCCEEDED, FAILED)} | {
    CANCELED: "Canceled"
}
TONES = {RUNNING: "info", SUCCEEDED: "success", FAILED: "danger", CANCELED: "warning"}
# During a deployment, newer code may already have added jobs of other priorities.
PRIORITIES = {priority.value: priority.name.lower() for priority in Priority}
MAX_WORKERS = 20


class JobNameSearch(Prefix):
    """Finds registered job names by any part, and other job names by their prefix."""

    def condition(self, text: str) -> ColumnElement[bool]:
        if text in registry:
            return Job.name == text
        names = [name for name in registry if text.lower() in name.lower()]
        return or_(Job.name.in_(names), super().condition(text))


class QueueFilter(Filter):
    """Filters by queue. Reads the queues on each request, since features register them later."""

    def condition(self, arguments: Arguments) -> ColumnElement[bool] | None:
        queue = arguments.get(self.name)
        return Job.queue == queue if queue in queues() else None

    def options(self) -> Mapping[str, str]:
        return {queue: queue.capitalize() for queue in queues()}


def cancel(job: Job) -> None:
    job.cancel()
    record("job.canceled", subject(job), name=job.name)


def retry(job: Job) -> bool:
    """Queue a job again; return False if its state does not allow that."""
    if not job.retry():
        return False
    record("job.retried", subject(job), name=job.name)
    return True


def subject(job: Job) -> str:
    """Return the name of a job in the audit."""
    return f"job:{job.id}"


def load_schedule() -> dict[str, object]:
    workers = select(WorkerRecord).order_by(WorkerRecord.seen_at.desc()).limit(MAX_WORKERS)
    return {
        "schedules": db.session.scalars(select(Schedule).order_by(Schedule.next_at)).all(),
        "workers": db.session.scalars(workers).all(),
    }


def render_state(
    state: str, attempts: int, done: int | None, total: int | None, message: str, error: str | None
) -> Markup:
    """Return the state as a badge, with attempts, progress, message, or error."""
    details = escape("")
    if attempts > 1:
        details += Markup("<small>{} attempts</small>").format(attempts)
    if state == RUNNING and total:
        bar = Markup('<progress aria-label="Progress" value="{}" max="{}"></progress>')
        details += bar.format(done or 0, total)
    if state == RUNNING and message:
        details += Markup("<small>{}</small>").format(message)
    elif error and state != SUCCEEDED:
        last_line = error.strip().rpartition("\n")[2]
        details += Markup('<small><span class="excerpt">{}</span></small>').format(last_line)
    badge = Markup('<span class="row-text"><span class="badge {}">{}</span>{}</span>')
    return badge.format(
        f"badge-{TONES[state]}" if state in TONES else "", STATES.get(state, state), details
    )


def render_when(
    state: str, due: datetime, started: datetime | None, finished: datetime | None
) -> Markup:
    return time_tag(finished or (started if state == RUNNING else None) or due)


def render_time(at: datetime | None) -> Markup | None:
    return time_tag(at) if at else None


TIMES = [Column(name, render=render_time) for name in ("created_at", "started_at", "finished_at")]
COLUMNS: list[str | Column] = [
    "name",
    Column(
        "state",
        "Status",
        attributes=["state", "attempts", "done", "total", "message", "error"],
        render=render_state,
    ),
    "queue",
    Column("when", attributes=["state", "run_at", "started_at", "finished_at"], render=render_when),
]
ACTIONS = [
    Action(
        "retry",
        "Retry",
        retry,
        where=Job.state.in_([FAILED, CANCELED]),
        unavailable_reason="Only failed or canceled jobs can be retried.",
    ),
    Action(
        "cancel",
        "Cancel",
        cancel,
        where=Job.state.in_(ACTIVE_STATES),
        unavailable_reason="Already finished",
        warning="Queued jobs won't run. Running jobs are asked to stop.",
    ),
]


def init_app(app: Flask) -> None:
    add(
        app,
        Job,
        intro="Background jobs. Successful jobs are kept for 3 days, all others for a month.",
        columns=COLUMNS,
        optional=["id", "subject", Column("priority", render=PRIORITIES.get), "worker", *TIMES],
        search=[JobNameSearch(Job.name, "Job name")],
        filters=[
            Choice(Job.state, "state", "Status", STATES, show_counts=True),
            QueueFilter(Job.queue, "queue", "Queue"),
        ],
        icon="layers",
        at_end=True,
        group="System",
        count=Count("failed", select(Job.id).where(Job.state == FAILED)),
        permissions={"read": "jobs.read", "edit": "jobs.edit"},
        endpoint="admin.job",
        actions=ACTIONS,
        footer=("admin/_schedule.html", load_schedule),
    )
