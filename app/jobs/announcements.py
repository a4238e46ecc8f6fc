"""From a commit to a worker: who queued a job tells that it is there."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.database import db
from app.jobs.bells import Bells

# Of `session.info`: what to tell of.
NOTED = "jobs"

# Id, queue, priority, and when it may start.
Announcement = tuple[int, str, int, datetime]


class Announcer(Protocol):
    def promise(self) -> None:
        """Within the transaction that queues a first job."""

    def announce(self, jobs: list[Announcement]) -> None:
        """Tell workers of jobs that are committed. What is not told they find later by looking."""


def announcer() -> Announcer:
    return current_app.extensions["jobs"]  # type: ignore[no-any-return]


def note(job: Announcement) -> None:
    """Tell of a job when this transaction is committed."""
    noted = db.session().info.setdefault(NOTED, [])
    if not noted:
        announcer().promise()
    noted.append(job)


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the transaction may still be rolled back
    if jobs := session.info.pop(NOTED, None):
        announcer().announce(jobs)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(NOTED, None)


def init_app(app: Flask) -> None:
    app.extensions["jobs"] = Bells(app)
