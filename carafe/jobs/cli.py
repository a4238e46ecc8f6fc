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
from carafe.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, SUCCEEDED, Job
from carafe.jobs.worker import JobWorker

STATES = [QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED]

jobs = Group("jobs", help="Background jobs.")


@jobs.command("work")
@click.option("--threads", type=click.IntRange(1, 64), help="Of each queue; default: JOB_THREADS.")
@click.option("--queue", "queues", multiple=True, help="Only this one; may be given repeatedly.")
@click.option("--while", "server", type=int, help="Stop as well when this process has ended.")
def work(threads: int | None, queues: tuple[str, ...], server: int | None) -> None:
    """Run jobs until told to stop (SIGTERM, Ctrl-C)."""
    if unknown := set(queues) - set(known_queues()):
        raise click.ClickException(
            f"There is no queue {', '.join(sorted(unknown))}, only {', '.join(known_queues())}."
        )
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    worker = JobWorker(app, threads or app.config["JOB_THREADS"], list(queues), server)

    def stop(*signal: object) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.work()


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those.")
@click.option("--limit", default=50, show_default=True, help="How many of the newest jobs.")
def list_jobs(state: str | None, limit: int) -> None:
    """Print jobs, newest first: id, state, name, queue, attempts, when and the last error."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    for job in db.session.scalars(query.where(Job.state == state) if state else query):
        error = (job.error or "").strip().rpartition("\n")[2]
        when = job.finished_at or job.started_at or job.run_at
        fields = job.id, job.state, job.name, job.queue, job.attempts, f"{when:%F %T}", error
        click.echo("\t".join(map(str, fields)))


@jobs.command("retry")
@click.argument("ids", type=int, nargs=-1)
@click.option("--failed", "name", metavar="NAME", help="All that failed of, say, mail.deliver.")
def retry(ids: tuple[int, ...], name: str | None) -> None:
    """Queue jobs again that failed or were cancelled."""
    if not ids and not name:
        raise click.UsageError("Give ids of jobs, or a name with --failed.")
    for id in ids:
        if not (job := _find(id)).retry():
            raise click.ClickException(f"Job {id} is {job.state}: nothing to try again.")
        db.session.commit()
        click.echo(f"Job {id} is queued.")
    if name:
        click.echo(f"Queued: {_retry_failed(name)} jobs")


@jobs.command("cancel")
@click.argument("id", type=int)
def cancel(id: int) -> None:
    """Do not run a job, or ask it to stop."""
    if not (job := _find(id)).cancel():
        raise click.ClickException(f"Job {id} is {job.state}: nothing to cancel.")
    db.session.commit()
    click.echo(f"Job {id} is {'cancelled' if job.is_finished else 'asked to stop'}.")


@jobs.command("purge")
def purge() -> None:
    """Delete jobs that are long over, as a scheduled job does every hour."""
    click.echo(f"Deleted: {purge_jobs()} jobs")


def _find(id: int) -> Job:
    if (job := Job.locked(id)) is None:
        raise click.ClickException(f"There is no job {id}.")
    return job


def _retry_failed(name: str) -> int:
    count = last = 0
    failed = select(Job).where(Job.state == FAILED, Job.name == name).order_by(Job.id).limit(100)
    while jobs := db.session.scalars(failed.where(Job.id > last).with_for_update()).all():
        count, last = count + sum(job.retry() for job in jobs), jobs[-1].id
        db.session.commit()
    return count
