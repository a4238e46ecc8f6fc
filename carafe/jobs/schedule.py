"""`@scheduled`.

Jobs that run on a schedule. Each run is queued once, whatever the number of workers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError
from flask import current_app
from sqlalchemy import delete, select, update

from carafe.database import db, dialect_insert, read_transaction
from carafe.jobs.definition import JobDefinition, registry
from carafe.jobs.models import Schedule
from carafe.time import now

log = logging.getLogger("carafe.job")


@dataclass(frozen=True)
class ScheduleRule:
    """When something is due: a cron expression in UTC, or an interval."""

    text: str
    every: timedelta | None = None
    # Never due if this setting is off.
    setting: str | None = None

    def after(self, time: datetime) -> datetime:
        """Return the first time after `moment` when it is due."""
        if self.every:
            return time + self.every
        return next(CronSim(self.text, time.astimezone(UTC)))


schedule: dict[str, ScheduleRule] = {}


def scheduled(
    when: str | timedelta, *, setting: str | None = None
) -> Callable[[Callable[[], object] | JobDefinition[[]]], JobDefinition[[]]]:
    """Run a job on a schedule: above `@job(…)`, or above a plain function without arguments.

    `when` is a cron expression ("0 3 * * *", in UTC, so that no hour is skipped or repeated), or
    the time between two runs. One run makes up for all that were missed while no worker ran. With a
    `setting`, such as "NOTIFICATIONS", it runs only if that is on. Raise `ValueError` for an
    invalid expression.
    """
    rule = replace(_rule(when), setting=setting)

    def define(function: Callable[[], object] | JobDefinition[[]]) -> JobDefinition[[]]:
        from carafe.jobs.definition import job

        made = function if isinstance(function, JobDefinition) else job()(function)
        schedule[made.name] = rule
        return made

    return define


def _rule(when: str | timedelta) -> ScheduleRule:
    if isinstance(when, timedelta):
        if when < timedelta(seconds=1):
            raise ValueError("A schedule interval must be at least one second.")
        return ScheduleRule(f"every {when.total_seconds():g} s", when)
    try:
        next(CronSim(when, now()))
    except (CronSimError, StopIteration):
        raise ValueError(f"Invalid or never-due cron expression: {when!r}") from None
    return ScheduleRule(when)


def active_rules() -> dict[str, ScheduleRule]:
    """Return the rules that no setting switches off."""
    config = current_app.config
    return {
        name: rule
        for name, rule in schedule.items()
        if rule.setting is None or config[rule.setting]
    }


def sync_table() -> None:
    """Synchronize the table with the code, when a worker starts."""
    rules = active_rules()
    rows = db.session.execute(select(Schedule.name, Schedule.rule))
    stored = {row.name: row.rule for row in rows}
    db.session.execute(delete(Schedule).where(Schedule.name.not_in(rules)))
    for name, rule in rules.items():
        if stored.get(name) != rule.text:
            values = {"rule": rule.text, "next_at": rule.after(now())}
            new = dialect_insert(Schedule, db.engine.dialect).values(name=name, **values)
            db.session.execute(new.on_conflict_do_update(index_elements=["name"], set_=values))
    db.session.commit()


def next_tick() -> datetime | None:
    with read_transaction():
        # Not those of another version of the app, which this one would never run.
        ours = Schedule.name.in_(active_rules())
        earliest = db.session.scalar(select(db.func.min(Schedule.next_at)).where(ours))
        db.session.rollback()
    return earliest


def enqueue_due() -> None:
    """Queue what is due. Of several workers, one does."""
    with read_transaction():
        due = db.session.execute(
            select(Schedule.name, Schedule.next_at).where(Schedule.next_at <= now())
        ).all()
        db.session.rollback()
    rules = active_rules()
    for name, next_at in due:
        if name in rules:
            _enqueue_once(name, next_at)


def _enqueue_once(name: str, due: datetime) -> None:
    # Whoever updates the time queues the job, in one transaction. A second worker finds a different
    # time there. One whose clock was set back finds a time in the future, and waits for it.
    claim_stmt = (
        update(Schedule)
        .where(Schedule.name == name, Schedule.next_at == due)
        .values(next_at=schedule[name].after(max(due, now())), last_at=due)
        .returning(Schedule.name)
    )
    if db.session.scalar(claim_stmt) is None:
        db.session.rollback()
        return
    registry[name].with_options(key="schedule").enqueue()
    db.session.commit()
    log.info("scheduled", extra={"job": name, "due": due.isoformat()})
