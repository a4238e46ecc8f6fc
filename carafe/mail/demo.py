"""Sample emails: the number sent, and some that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from flask import Flask, current_app
from sqlalchemy import insert

from carafe import demo
from carafe.database import counters, db
from carafe.demo import Scenario
from carafe.demo.scenario import DAYS
from carafe.jobs.demo import build_row
from carafe.jobs.models import FAILED, Job
from carafe.mail.jobs import SENT_COUNTER, deliver, encrypt_message
from carafe.mail.message import Message

ERRORS = [
    "550 5.1.1 No such user here.",
    "552 5.2.2 The recipient's inbox is out of storage space.",
    "550 5.7.1 Message rejected: the domain's policy refuses it.",
]


def load(scenario: Scenario) -> None:
    counters.add(SENT_COUNTER, sent_emails(scenario))
    random = scenario.random("emails")
    rows = []
    for number, error in enumerate(ERRORS):
        person = scenario.people[-3 - 4 * number]
        time = scenario.at - timedelta(days=5 * number, hours=3, minutes=17 * number)
        message = Message(
            to=person.email,
            sender=current_app.config["MAIL_FROM"],
            subject="Confirm your email address",
            date=format_datetime(time),
            id=f"<{random.getrandbits(64):x}@example.com>",
            text="This is a sample email.\n",
            html="<p>This is a sample email.</p>",
        )
        values = {
            "arguments": [[encrypt_message(message)], {}],
            "subject": f"user:{person.id}",
            "state": FAILED,
            "error": f"Can't send the email to {person.email}: {error}",
            "failures": 1,
            "result": None,
        }
        rows.append(build_row(random, deliver, time, **values))
    db.session.execute(insert(Job), rows)


def remove(scenario: Scenario) -> None:
    """Subtract the counters. The jobs are removed with all others."""
    counts = {at: -count for at, count in sent_emails(scenario).items()}
    counters.add(SENT_COUNTER, counts)


def sent_emails(scenario: Scenario) -> dict[datetime, int]:
    """Return how many emails were sent each day, and at which hour they are counted."""
    random, counts = scenario.random("sent emails"), {}
    for number in range(DAYS):
        day = scenario.at - timedelta(days=DAYS - number)
        at = day.replace(hour=random.randint(7, 18), minute=0, second=0, microsecond=0)
        counts[at] = random.randint(1, 4 + number // 9)
    return counts


def init_app(app: Flask) -> None:
    demo.add(app, load, remove=remove, stage=demo.Stage.ENGINE)
