"""The sample users' activity: logins, devices, two-factor authentication, an invitation."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random

from flask import current_app
from sqlalchemy import insert

from carafe.auth.models import Invitation, Session, Totp
from carafe.auth.models.invitation import INVITATION_LIFETIME
from carafe.auth.models.secret import digest
from carafe.auth.models.totp import PURPOSE
from carafe.auth.models.user_mixin import ACTIVE_USERS
from carafe.auth.permissions import ADMIN, DEFAULT_ROLE
from carafe.auth.user_agents import device_label
from carafe.database import counters, db
from carafe.demo import Person, Scenario
from carafe.demo.scenario import DAYS
from carafe.security import encryption

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15) Chrome/139.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
]
MAX_DEVICES = 3
INVITED = "robin.okafor@example.com"


def load(scenario: Scenario) -> None:
    random = scenario.random("activity")
    for person in scenario.people:
        _add_account_events(scenario, random, person)
    sessions = [
        session
        for person in scenario.active_people
        for session in _sessions(scenario, random, person)
    ]
    db.session.execute(insert(Session), sessions)
    counters.add(ACTIVE_USERS, active_users(scenario))
    if current_app.config["INVITATIONS"]:
        _add_invitation(scenario)


def remove(scenario: Scenario) -> None:
    """Subtract the counters. The rows are deleted with the users."""
    counters.add(ACTIVE_USERS, {at: -count for at, count in active_users(scenario).items()})


def active_users(scenario: Scenario) -> dict[datetime, int]:
    """Return how many users were active each day: a growing number, lower on weekends."""
    random, counts = scenario.random("active users"), {}
    for number in range(DAYS):
        day = scenario.at.date() - timedelta(days=DAYS - number)
        size = (4 + 22 * number / DAYS) * (0.55 if day.weekday() > 4 else 1)
        counts[datetime.combine(day, time(12), UTC)] = max(
            1, round(size * random.uniform(0.8, 1.2))
        )
    return counts


def _add_account_events(scenario: Scenario, random: Random, person: Person) -> None:
    subject, joined_at = f"user:{person.id}", person.joined_at

    def add(action: str, at: datetime, actor: str = person.email, **details: object) -> None:
        scenario.add_event(min(at, scenario.at), action, subject, actor, **details)

    add("user.signed_up", joined_at)
    if person.confirmed_at is None:
        return
    add("user.confirmed", person.confirmed_at)
    if person.suspended_at:
        add("user.suspended", person.suspended_at, scenario.admin.email)
    if person.deletes_at:
        add("user.deletion_requested", scenario.moment(random, joined_at))
    if person.role != DEFAULT_ROLE and not person.is_account:
        details = {"before": DEFAULT_ROLE, "after": person.role}
        add(
            "user.role_changed", scenario.moment(random, joined_at), scenario.admin.email, **details
        )
    if random.random() < 0.15:
        add("login.failed", scenario.moment(random, joined_at))
    if random.random() < 0.15:
        add("user.password_changed", scenario.moment(random, joined_at))
    if not person.is_account and random.random() < (0.9 if person.role != DEFAULT_ROLE else 0.2):
        created_at = scenario.moment(random, joined_at)
        add("totp.added", created_at)
        secret = encryption.encrypt(secrets.token_bytes(20).hex().encode(), PURPOSE)
        db.session.add(Totp(user_id=person.id, secret=secret, counter=0, created_at=created_at))


def _sessions(scenario: Scenario, random: Random, person: Person) -> Iterator[dict[str, object]]:
    """Yield the devices on which someone is still logged in, out of all they used."""
    agents = random.sample(AGENTS, 2)
    times = sorted(scenario.moment(random, person.joined_at) for _ in range(random.randint(4, 22)))
    for number, started_at in enumerate(times):
        agent = agents[number % 2]
        device = {"device": device_label(agent)}
        subject = f"user:{person.id}"
        scenario.add_event(started_at, "session.started", subject, person.email, **device)
        if number < len(times) - MAX_DEVICES or person.is_account:
            continue
        last_seen_at = scenario.moment(random, started_at)
        remembered = random.random() < 0.6
        yield {
            "token_hash": digest(secrets.token_urlsafe(32)),
            "user_id": person.id,
            "created_at": started_at,
            "authenticated_at": started_at,
            "last_seen_at": last_seen_at,
            "expires_at": last_seen_at + Session.lifetime(remembered),
            "remembered": remembered,
            "address": scenario.address(person.email),
            "agent": agent,
        }


def _add_invitation(scenario: Scenario) -> None:
    sent_at = scenario.at - timedelta(days=2, hours=3)
    roles: dict[str, str] = current_app.extensions["roles"]
    role = next((name for name in roles if name not in (ADMIN, DEFAULT_ROLE)), DEFAULT_ROLE)
    invitation = Invitation(
        token_hash=digest(secrets.token_urlsafe(32)),
        email=INVITED,
        role=role,
        inviter_id=scenario.admin.id,
        created_at=sent_at,
        expires_at=sent_at + INVITATION_LIFETIME,
    )
    db.session.add(invitation)
    db.session.flush()
    details = {"email": INVITED, "role": role}
    admin = scenario.admin.email
    scenario.add_event(sent_at, "invitation.sent", invitation.subject, admin, **details)
