"""Runs a claimed job, and records its outcome."""

from __future__ import annotations

import logging
import random
import traceback
from datetime import timedelta
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import Delete, Update, delete, update
from sqlalchemy.exc import SQLAlchemyError

from carafe.database import db
from carafe.jobs import pauses
from carafe.jobs.claims import RETRY_LOCKED_AFTER, TABLE, is_owned_by
from carafe.jobs.definition import JobDefinition, registry, to_json_value
from carafe.jobs.models import CANCELED, FAILED, SUCCEEDED
from carafe.jobs.run import (
    JobCanceled,
    JobRun,
    PermanentError,
    QueueError,
    current,
    strip_invalid_text,
)
from carafe.observability import logs, metrics, recorder, sentry, tracing
from carafe.observability.redaction import redact_text
from carafe.time import now

log = logging.getLogger("carafe.job")

# States that are not final.
RETRIED, POSTPONED = "retried", "postponed"

MAX_BACKOFF = timedelta(days=1)
# The end of an error's text is kept, where the reason is.
ERROR_LENGTH = 10_000


class LeaseLostError(Exception):
    """The lease expired while the job ran.

    Its changes are rolled back, and another worker runs it.
    """


def execute(app: Flask, run: JobRun) -> None:
    """Run a claimed job in its own app context, and record its outcome. Raise nothing."""
    token = current.set(run)
    try:
        with app.app_context(), logs.bind(job=run.name, job_id=run.id):
            with tracing.job(run.name, run.context):
                outcome = _run(run)
                seconds = monotonic() - run.started
                log.info("job", extra={"outcome": outcome, "ms": round(seconds * 1000, 1)})
            metrics.job_ended(run.name, outcome, seconds)
    except LeaseLostError:
        log.warning("job %s lost its lease and was rolled back", run.id)
    except Exception:
        # For example, the database is down. The lease expires, and the job is restarted.
        log.exception("could not save the result of job %s", run.id)
    finally:
        current.reset(token)


def _run(run: JobRun) -> str:
    definition = registry.get(run.name)
    try:
        if run.canceled:  # while it waited to be retried
            raise JobCanceled
        result = _call(run, definition)
    except JobCanceled:
        db.session.rollback()
        _finish(run, CANCELED)
        return CANCELED
    except QueueError as error:
        db.session.rollback()
        pauses.pause(run, error)
        # Behind those that already wait: if it is about this job after all, they get their turn.
        _write(run, update(TABLE).values(**RETRY_LOCKED_AFTER, run_at=now()))
        return POSTPONED
    except Exception as error:
        db.session.rollback()
        return _fail(run, definition, error)
    if run.is_probe and not run.queue_works:
        pauses.probe_soon([run.queue])  # with another job: this one didn't try
    # If an outcome can't be stored, that isn't the job's failure.
    if definition and not definition.keep:
        _write(run, delete(TABLE))
    else:
        _finish(run, SUCCEEDED, result=result)
    return SUCCEEDED


def _call(run: JobRun, definition: JobDefinition[...] | None) -> object:
    if definition is None:
        raise LookupError(f"This version of the app has no job {run.name}.")
    args, kwargs = run.arguments
    run.begin()
    try:
        with recorder.record(f"job:{run.name}", run.context.get("request_id", "")):
            result = definition.function(*args, **kwargs)
        db.session.flush()  # if the database refuses its changes, that is the job's failure
    except (Exception, JobCanceled):
        raise
    except BaseException as exit:
        # It would end the worker's thread without an outcome.
        raise RuntimeError(f"The job tried to exit the process: {exit!r}") from exit
    finally:
        run.end()
    return to_json_value(result)


def _fail(run: JobRun, definition: JobDefinition[...] | None, error: Exception) -> str:
    retries = definition.retries if definition else 5
    values = {"failures": run.failures + 1, "error": _error_text(error)}
    tracing.failed(error)
    if isinstance(error, PermanentError) or run.failures >= retries:
        _finish(run, FAILED, **values)
        if isinstance(error, PermanentError):
            log.error("job %s failed: %s", run.name, error)
        else:
            log.error("job %s failed permanently", run.name, exc_info=error)
            sentry.capture(current_app._get_current_object(), error)  # type: ignore[attr-defined]
        return FAILED
    wait = _backoff(definition.backoff if definition else timedelta(minutes=1), run.failures)
    log.warning("job %s failed, retrying in %.0f s: %s", run.name, wait.total_seconds(),
                type(error).__name__)  # fmt: skip
    _write(run, update(TABLE).values(**RETRY_LOCKED_AFTER, run_at=now() + wait, **values))
    return RETRIED


def _backoff(backoff: timedelta, failures: int) -> timedelta:
    """Return the delay: twice as long after each failure, with jitter."""
    wait = min(backoff * 2.0 ** min(failures, 40), MAX_BACKOFF)
    return wait * random.uniform(1, 1.2)  # noqa: S311  # nosec B311


def _finish(run: JobRun, state: str, **values: object) -> None:
    over = {"state": state, "finished_at": now(), "worker": None, "lease_until": None}
    _write(run, update(TABLE).values(**over, **run.progress(), **values))


def _write(run: JobRun, outcome: Update | Delete) -> None:
    if db.session.scalar(outcome.where(is_owned_by(run)).returning(TABLE.c.id)) is None:
        raise LeaseLostError
    if run.is_probe and run.queue_works:
        pauses.resume(run.queue)
    db.session.commit()


def _error_text(error: Exception) -> str:
    if isinstance(error, PermanentError):
        return strip_invalid_text(redact_text(str(error)))[-ERROR_LENGTH:]
    if isinstance(error, SQLAlchemyError):
        error.hide_parameters = True  # type: ignore[attr-defined]
    return strip_invalid_text(redact_text("".join(traceback.format_exception(error))))[
        -ERROR_LENGTH:
    ]
