"""Sample users: when they joined, and the state of their accounts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import insert, select

from carafe.auth import pages, passwords
from carafe.auth.avatars import PICTURES
from carafe.auth.permissions import DEFAULT_ROLE
from carafe.auth.signals import user_deleted
from carafe.auth.users import user_model
from carafe.database import db
from carafe.demo import DatabaseNotEmptyError, Person, Scenario
from carafe.demo.portraits import portrait
from carafe.demo.samples import loaded_scenario, remove_all
from carafe.demo.scenario import DAYS
from carafe.images.pictures import MIMETYPE
from carafe.storage import storage

# People who joined at the beginning.
FOUNDERS = 2
# So that an email can be confirmed, or a member go astray, before it shows.
SETTLED = 10

# Column values of a user.
Row = dict[str, Any]

NOT_EMPTY = "Users already exist, so no sample data was added."


def add_sample_users(
    scenario: Scenario, people: Sequence[Mapping[str, object]], accounts: Collection[str]
) -> None:
    """Add users in the order in which they joined, and return who can log in with which password.

    `people` are columns: an email address, and the app's own; `short_hair` affects the portrait.
    Those with addresses in `accounts` get random passwords, which are printed. The first of these
    has no picture.
    """
    if db.session.scalar(select(user_model().id).limit(1)):
        raise DatabaseNotEmptyError("\n".join([NOT_EMPTY, *_remembered()]))
    if earlier := loaded_scenario():  # its users were deleted individually
        remove_all(earlier)
    db.session.commit()  # hashing and drawing are slow, so they happen outside the transaction
    texts = {email: secrets.token_urlsafe(12) for email in accounts}
    unknown_hash = passwords.hash(secrets.token_urlsafe(32))
    hashes = {email: passwords.hash(text) for email, text in texts.items()}
    rows = _rows(scenario, people, accounts)
    for row in rows:
        row["password_hash"] = hashes.get(row["email"], unknown_hash)
    _draw_portraits(scenario, rows, without=next(iter(accounts)))
    model = user_model()
    ids = db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows)
    scenario.people = [_person(id, row, accounts) for id, row in zip(ids, rows, strict=True)]
    url = pages.url("login")
    roles = {row["email"]: row["role"] for row in rows}
    lines = [f"{roles[email]:6} {email}  password {text}  {url}" for email, text in texts.items()]
    click.echo("\n".join(lines))
    _remember(lines)


def joining_times(scenario: Scenario, size: int) -> list[datetime]:
    random, start = scenario.random("joining"), scenario.at - timedelta(days=DAYS)
    founded = [start + timedelta(minutes=7 * number) for number in range(FOUNDERS)]
    later = sorted(scenario.moment(random) for _ in range(size - FOUNDERS))
    return [*founded, *later]


def remove(scenario: Scenario) -> None:
    """Delete the sample users, found by when they joined, with all their data."""
    model = user_model()
    times = joining_times(scenario, scenario.size)
    for user in db.session.scalars(select(model).where(model.created_at.in_(times))):
        user_deleted.send(user)
        db.session.delete(user)
    db.session.flush()
    _accounts_file().unlink(missing_ok=True)


def _accounts_file() -> Path:
    """Return the file from which later starts print the accounts; production has none."""
    return Path(current_app.instance_path) / "sample-accounts.txt"


def _remembered() -> list[str]:
    file = _accounts_file()
    return ["Sample accounts:", file.read_text()] if file.exists() else []


def _remember(lines: Sequence[str]) -> None:
    file = _accounts_file()
    file.touch(mode=0o600)
    file.write_text("\n".join(lines))


def _rows(
    scenario: Scenario, people: Sequence[Mapping[str, object]], accounts: Collection[str]
) -> list[Row]:
    rows: list[Row] = []
    for number, joined_at in enumerate(joining_times(scenario, len(people))):
        row: Row = {"role": DEFAULT_ROLE, "avatar": None, **people[number], "created_at": joined_at}
        # One for each, since how many numbers it takes depends on the time of day.
        random = scenario.random(f"state of {row['email']}")
        age = scenario.at - joined_at
        is_settled = row["email"] in accounts or row["role"] != DEFAULT_ROLE
        chance = 1.0 if is_settled else random.random()
        is_new = age < timedelta(days=6)
        is_confirmed = is_settled or chance > (0.45 if is_new else 0.04)
        suspended = is_confirmed and number > SETTLED and 0.04 < chance < 0.15
        leaving = is_confirmed and number > SETTLED and 0.15 < chance < 0.2
        seen_at = scenario.moment(random, joined_at) if age > timedelta(hours=1) else joined_at
        if is_settled:
            seen_at = scenario.at
        row |= {
            "confirmed_at": joined_at + timedelta(minutes=4) if is_confirmed else None,
            "suspended_at": scenario.moment(random, joined_at) if suspended else None,
            "deletes_at": scenario.at + timedelta(days=11, hours=number) if leaving else None,
            "second_factor_required_at": joined_at if row["role"] == "staff" else None,
            "last_active_on": seen_at.date(),
        }
        rows.append(row)
    return rows


def _draw_portraits(scenario: Scenario, rows: Sequence[Row], without: str) -> None:
    """Draw pictures for most people. One has none, so that there is something to do."""
    for row in rows:
        random = scenario.random(f"portrait of {row['email']}")
        short_hair = bool(row.pop("short_hair", False))
        is_drawn = row["confirmed_at"] and row["email"] != without and random.random() < 0.85
        if is_drawn and current_app.config["AVATARS"]:
            name = f"{random.getrandbits(128):032x}.webp"
            content = portrait(random, short_hair=short_hair)
            storage().put(f"{PICTURES.folder}/{name}", content, MIMETYPE)
            row["avatar"] = name


def _person(id: int, row: Row, accounts: Collection[str]) -> Person:
    times = row["created_at"], row["confirmed_at"], row["suspended_at"], row["deletes_at"]
    email = row["email"]
    return Person(
        id, email, str(row.get("name", "")), str(row["role"]), *times, is_account=email in accounts
    )
