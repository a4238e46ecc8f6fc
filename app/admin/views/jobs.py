"""Jobs: what waits, runs and failed, to try again or to cancel; the schedule and the workers."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select

from app.admin.job_arguments import shown_arguments, shown_result
from app.admin.views import blueprint
from app.audit import record
from app.auth.access import permission_required, proof_required
from app.core import live
from app.core.database import db
from app.core.forms import search_term
from app.core.pagination import Counts, paginate
from app.core.routing import polled
from app.jobs import Job, Priority, Worker
from app.jobs.definition import queues
from app.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, SUCCEEDED, Schedule

STATES = [QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED]
TONES = {RUNNING: "info", SUCCEEDED: "success", FAILED: "danger", CANCELLED: "warning"}
# Newer code, of which this database has rows already, may know more.
PRIORITIES = {one.value: one.name.lower() for one in Priority}
COUNTS = Counts(**{state: select(Job.id).where(Job.state == state) for state in STATES})
# A search looks at so many of the latest, or it would read through a million: 20 ms.
SEARCHED = 10_000
MOST_WORKERS = 20


@blueprint.get("/jobs/")
@permission_required("jobs.read")
def jobs() -> Any:
    q, state, queue = search_term(), request.args.get("state"), request.args.get("queue")
    statement = select(
        Job.name, Job.queue, Job.state, Job.run_at, Job.started_at, Job.finished_at, Job.attempts,
        Job.done, Job.total, Job.message, Job.error, Job.id,
    )  # fmt: skip
    state = state if state in STATES else ""
    queue = queue if queue in queues() else ""
    if state:
        statement = statement.where(Job.state == state)
    if queue:
        statement = statement.where(Job.queue == queue, _among_the_latest(state))
    if q:
        found = Job.name.icontains(q, autoescape=True)
        statement = statement.where(found, _among_the_latest(state))
    workers = select(Worker).order_by(Worker.seen_at.desc()).limit(MOST_WORKERS)
    return render_template(
        "admin/jobs.html",
        page=paginate(statement, Job.id, descending=True),
        counts=COUNTS(),
        queues=queues(),
        tones=TONES,
        chosen={"q": q, "state": state, "queue": queue},
        searched=f"{SEARCHED:,}",
        schedules=db.session.scalars(select(Schedule).order_by(Schedule.next_at)).all(),
        workers=db.session.scalars(workers).all(),
    )


@blueprint.get("/jobs/<int:id>")
@permission_required("jobs.read")
def job(id: int) -> Any:
    return render_template("admin/job.html", **_state(id))


@blueprint.get("/jobs/<int:id>/latest")
@permission_required("jobs.read")
@polled
def latest_job(id: int) -> Any:
    """How it is now."""
    return live.part("admin/_job.html", **_state(id))


@blueprint.post("/jobs/<int:id>/cancellation")
@permission_required("jobs.edit")
@proof_required
def cancel_job(id: int) -> Any:
    job = Job.locked(id) or abort(404)
    if job.is_over:
        return _done(job, f"The job is {job.state} already.", "info")
    job.cancel()
    record("job.cancelled", job_subject(job), name=job.name)
    return _done(job, "The job is cancelled." if job.is_over else "The job is asked to stop.")


@blueprint.post("/jobs/<int:id>/attempts")
@permission_required("jobs.edit")
@proof_required
def retry_job(id: int) -> Any:
    job = Job.locked(id) or abort(404)
    if not job.retry():
        return _done(job, f"The job is {job.state}: there is nothing to try again.", "info")
    record("job.retried", job_subject(job), name=job.name)
    return _done(job, "The job is queued.")


def job_subject(job: Job) -> str:
    """How the audit names a job."""
    return f"job:{job.id}"


def _done(job: Job, message: str, category: str = "success") -> Any:
    db.session.commit()
    flash(message, category)
    return redirect(url_for("admin.job", id=job.id), 303)


def _among_the_latest(state: str) -> ColumnElement[bool]:
    latest = select(Job.id).where(Job.state == state) if state else select(Job.id)
    first = latest.order_by(Job.id.desc()).offset(SEARCHED).limit(1).scalar_subquery()
    return Job.id > func.coalesce(first, 0)


def _state(id: int) -> dict[str, Any]:
    job = db.session.get(Job, id) or abort(404)
    return {
        "job": job,
        "arguments": shown_arguments(job),
        "result": shown_result(job),
        "priority": PRIORITIES.get(job.priority, "unknown"),
        "tones": TONES,
        "version": (
            job.state,
            job.attempts,
            job.done,
            job.total,
            job.message,
            job.cancel_requested,
        ),
    }
