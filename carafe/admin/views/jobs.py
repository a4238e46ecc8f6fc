"""The page of a job, which can be retried or canceled."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.admin.blueprint import blueprint
from carafe.admin.pages.job_arguments import display_arguments, display_result
from carafe.admin.pages.jobs import PRIORITIES, TONES, cancel, retry
from carafe.auth.marks import fresh_login_required, permission_required
from carafe.database import db
from carafe.jobs import Job
from carafe.web import polling
from carafe.web.routing import background_request, effect


@blueprint.get("/jobs/<int:id>")
@permission_required("jobs.read")
def job(id: int) -> ResponseReturnValue:
    return render_template("admin/job.html", **_state(id))


@blueprint.get("/jobs/<int:id>/latest")
@permission_required("jobs.read")
@background_request
def latest_job(id: int) -> ResponseReturnValue:
    """Return the part of the page that shows the state."""
    return polling.render_fragment("admin/_job.html", **_state(id))


@blueprint.post("/jobs/<int:id>/cancellation")
@permission_required("jobs.edit", "jobs.read")
@fresh_login_required
@effect("this job will be canceled")
def cancel_job(id: int) -> ResponseReturnValue:
    job = Job.locked(id) or abort(404)
    if job.is_finished:
        return _commit_and_redirect(job, f"The job is already {job.state}.", "info")
    cancel(job)
    return _commit_and_redirect(job, "Job canceled" if job.is_finished else "Stopping job…")


@blueprint.post("/jobs/<int:id>/attempts")
@permission_required("jobs.edit", "jobs.read")
@fresh_login_required
@effect("this job will run again")
def retry_job(id: int) -> ResponseReturnValue:
    job = Job.locked(id) or abort(404)
    if not retry(job):
        return _commit_and_redirect(job, "Only failed or canceled jobs can be retried.", "info")
    return _commit_and_redirect(job, "Job queued")


def _commit_and_redirect(job: Job, message: str, category: str = "success") -> ResponseReturnValue:
    db.session.commit()
    flash(message, category)
    return redirect(url_for("admin.job", id=job.id), 303)


def _state(id: int) -> dict[str, object]:
    job = db.session.get(Job, id) or abort(404)
    return {
        "job": job,
        "arguments": display_arguments(job),
        "result": display_result(job),
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
