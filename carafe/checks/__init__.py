"""The checks of `flask check`. A feature adds those of its own part of a deployment."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from carafe.database import read_transaction
from carafe.registry import Registry

__all__ = [
    "add",
]


log = logging.getLogger(__name__)

LEVELS = ["info", "warning", "error"]

Problem = Callable[[], str | None]


@dataclass(frozen=True)
class Check:
    id: str
    level: str
    problem: Problem
    remedy: str
    depends_on: str | None = None
    all_environments: bool = False


CHECKS = Registry[Check]("checks", "check")


@dataclass(frozen=True)
class Finding:
    id: str
    level: str
    message: str
    remedy: str


@dataclass
class Outcome:
    """The findings, worst first, and the IDs of skipped checks."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def add(
    app: Flask,
    id: str,
    problem: Problem,
    *,
    level: str,
    remedy: str,
    depends_on: str | None = None,
    all_environments: bool = False,
) -> None:
    """Add a check. `problem` returns a problem in one line, or None.

    The ID, "feature.noun", is stable, because people silence checks by it. `level` is "info",
    "warning", or "error", with which `bin/start` doesn't start. The check runs only in production
    unless `all_environments`, and not if the earlier check it `depends_on` found a problem.
    `docs/checks.md` lists it.
    """
    CHECKS.add(app, Check(id, level, problem, remedy, depends_on, all_environments))


def ids() -> list[str]:
    return [check.id for check in CHECKS]


def run() -> Outcome:
    """Run all checks for this environment. One that fails is a finding itself."""
    outcome = Outcome()
    bad: set[str] = set()
    for check in CHECKS:
        if not check.all_environments and current_app.config["APP_ENV"] != "production":
            continue
        if check.depends_on in bad:
            outcome.skipped.append(check.id)
            bad.add(check.id)
        elif finding := _evaluate(check):
            outcome.findings.append(finding)
            bad.add(check.id)
    outcome.findings.sort(key=lambda finding: -LEVELS.index(finding.level))
    return outcome


def _evaluate(check: Check) -> Finding | None:
    try:
        with read_transaction():
            message = check.problem()
    except Exception as error:
        log.debug("%s", check.id, exc_info=True)
        message = f"The check failed to run: {type(error).__name__}: {root_cause(error)}"
        remedy = f"Fix the error, or skip the check with --silence {check.id}"
        return Finding(check.id, "error", collapse_whitespace(message), remedy)
    return (
        Finding(check.id, check.level, collapse_whitespace(message), check.remedy)
        if message
        else None
    )


def root_cause(error: Exception) -> str:
    """Return the message of the database's own library, without the statement."""
    return str((isinstance(error, SQLAlchemyError) and getattr(error, "orig", None)) or error)


def collapse_whitespace(text: str) -> str:
    return " ".join(text.split())


def init_app(app: Flask) -> None:
    CHECKS.init_app(app)
