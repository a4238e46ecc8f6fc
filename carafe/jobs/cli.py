"""`flask jobs …`"""

from __future__ import annotations

import signal

import click
from flask import current_app
from sqlalchemy import select

from carafe.cli import Group
from carafe.database import db
from carafe.jobs.definition import queues as known_queues
from carafe.jobs.jobs import purge as purge_jobs
from carafe.jobs.models import CANCELED, FAILED, QUEUED, RUNNING, SUCCEEDED, Job
from carafe.jobs.worker import JobWorker

STATES = [QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELED]

jobs = Group("jobs", help="Manage background jobs.")


@jobs.command("work")
@click.option(
    "--threads", type=click.IntRange(1, 64), help="Threads per queue (default: JOB_THREADS)."
)
@click.option("--queue", "queues", multiple=True, help="Queue to work on. Can be repeated.")
@click.option("--while", "server", type=int, help="Stop when the process with this ID exits.")
def work(threads: int | None, queues: tuple[str, ...], server: int | None) -> None:
    """Run a worker until stopped (SIGTERM or Ctrl-C)."""
    if unknown := set(queues) - set(known_queues()):
        raise click.ClickException(
            f"No such queue: {', '.join(sorted(unknown))}. Available: {', '.join(known_queues())}."
        )
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    worker = JobWorker(app, threads or app.config["JOB_THREADS"], list(queues), server)

    def stop(*signal: object) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.work()


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option(
    "--limit", default=50, show_default=True, help="Maximum number of jobs, newest first."
)
def list_jobs(state: str | None, limit: int) -> None:
    """List jobs, newest first: ID, state, name, queue, attempts, time, and last error."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    for job in db.session.scalars(query.where(Job.state == state) if state else query):
        error = (job.error or "").strip().rpartition("\n")[2]
        when = job.finished_at or job.started_at or job.run_at
        fields = job.id, job.state, job.name, job.queue, job.attempts, f"{when:%F %T}", error
        click.echo("\t".join(map(str, fields)))


@jobs.command("retry")
@click.argument("ids", type=int, nargs=-1)
@click.option(
    "--failed",
    "name",
    metavar="NAME",
    help="Retry all failed jobs with this name, e.g. mail.deliver.",
)
def retry(ids: tuple[int, ...], name: str | None) -> None:
    """Retry failed or canceled jobs."""
    if not ids and not name:
        raise click.UsageError("Pass job IDs, or a name with --failed.")
    for id in ids:
        if not (job := _find(id)).retry():
            raise click.ClickException(
                f"Job {id} is {job.state}. Only failed or canceled jobs can be retried."
            )
        db.session.commit()
        click.echo(f"Job {id} queued.")
    if name:
        click.echo(f"Queued {_retry_failed(name)} jobs")


@jobs.command("cancel")
@click.argument("id", type=int)
def cancel(id: int) -> None:
    """Cancel a queued job, or stop a running one."""
    if not (job := _find(id)).cancel():
        raise click.ClickException(f"Job {id} is {job.state} and can't be canceled.")
    db.session.commit()
    click.echo(f"Job {id} is {'canceled' if job.is_finished else 'stopping'}.")


@jobs.command("purge")
def purge() -> None:
    """Delete old finished jobs (also runs hourly)."""
    click.echo(f"Deleted {purge_jobs()} jobs")


def _find(id: int) -> Job:
    if (job := Job.locked(id)) is None:
        raise click.ClickException(f"No such job: {id}.")
    return job


def _retry_failed(name: str) -> int:
    count = last = 0
    failed = select(Job).where(Job.state == FAILED, Job.name == name).order_by(Job.id).limit(100)
    while jobs := db.session.scalars(failed.where(Job.id > last).with_for_update()).all():
        count, last = count + sum(job.retry() for job in jobs), jobs[-1].id
        db.session.commit()
    return count
