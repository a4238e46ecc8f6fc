"""From a commit to a worker: who queued a job tells that it is there."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.database import db
from app.jobs.bells import Bells
from app.jobs.engine import Announcement, engine
from settings import ConfigError

# Of `session.info`: what to tell of.
NOTED = "jobs"


def note(job: Announcement) -> None:
    """Tell of a job when this transaction is committed."""
    engine().promise()
    db.session().info.setdefault(NOTED, []).append(job)


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the transaction may still be rolled back
    if jobs := session.info.pop(NOTED, None):
        engine().announce(jobs)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(NOTED, None)


def init_app(app: Flask) -> None:
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"] = Bells(app)
        return
    try:
        from app.jobs.distributed import Distributed
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"REDIS_URL is set, for which a package is missing ({error.name}).",
            "Install it with: pip install '.[redis]'",
        ) from None
    app.extensions["jobs"] = Distributed(app)
