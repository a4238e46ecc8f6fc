"""The API of administrators: the audit log, and the progress of jobs."""

from __future__ import annotations

from flask import Flask

from carafe.api.registration import add
from carafe.audit import AuditEvent
from carafe.jobs import Job


def init_app(app: Flask) -> None:
    add(
        app,
        AuditEvent,
        name="audit",
        read_only=["at", "action", "actor", "subject", "details", "address", "request_id"],
        filters=["at", "action", "actor", "subject"],
        sort=["at"],
        operations=["list", "read"],
        permissions=dict.fromkeys(["list", "read"], "audit.read"),
    )
    add(
        app,
        Job,
        name="jobs",
        read_only=[
            "name",
            "queue",
            "state",
            "subject",
            "created_at",
            "run_at",
            "started_at",
            "finished_at",
            "attempts",
            "done",
            "total",
            "message",
            "error",
        ],
        filters=["state", "name", "queue"],
        operations=["list", "read"],
        permissions=dict.fromkeys(["list", "read"], "jobs.read"),
    )
