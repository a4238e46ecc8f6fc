"""Fill a database with many users and events, a few of them unusual.

    python bench/fill.py [--users 1000000] [--events 1000000]

Adds them to the database of `flask run`, whatever it already has, but never in production. The same
numbers give the same rows each time, except for the times, which depend on the time of the run.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import func, insert, select, text

from app import create_app
from app.auth.models import User
from carafe.audit.models import append
from carafe.database import db
from carafe.time import now

# In one transaction; what is in memory at once.
AT_ONCE = 10_000
SINCE = timedelta(days=5 * 365)
# Older events than `AUDIT_RETENTION_DAYS` would be deleted in the night.
EVENTS_SINCE = timedelta(days=700)
ACTORS = 20_000

FIRST_NAMES = """
Ada Adam Adele Alan Albert Alex Alexander Alexandra Alice Amelia Ana Andrea Andrew Anna Anne
Anton Ben Carla Carlos Clara Daniel David Eduardo Ella Emil Emma Eva Finn Fatima Hana Hugo
Ines Ivan Jan Jana Jane Joan João Johan Johanna John Julia Karl Lea Lena Leon Linus Lucas
Luisa Maria Marie Mark Marta Martin Max Mei Mia Mohamed Nina Noah Nora Olga Omar Oscar Paul
Paula Peter Priya Rosa Sam Samira Sara Sofia Søren Tara Theo Tom Uma Vera Wei Yusuf Zoë
""".split()  # noqa: SIM905
LAST_NAMES = """
Adams Ahmed Andersen Anderson Bauer Becker Berg Brown Chen Costa Cruz Davies Diaz Dubois
Evans Fischer Fernandes Fernandez Garcia Green Hall Hansen Hill Hoffmann Ito Ivanova Jansen
Jensen Johansson Johnson Jones Kaya Khan Kim King Klein Kowalski Kumar Lee Lopez Martin
Martinez Meyer Miller Moreau Müller Nguyen Nielsen Novak Okafor Olsen Patel Pereira Peters
Petrov Popov Roberts Rossi Russo Sanchez Santos Sato Schmidt Schneider Silva Singh Smith
Tanaka Taylor Thomas Thompson Tran Wagner Walker Wang Weber White Williams Wilson Wood Young
""".split()  # noqa: SIM905
# Reserved (RFC 2606): nobody gets mail.
DOMAINS = ["example.com", "example.org", "example.net", "mail.example.com"]

ACTIONS = (
    ["session.started"] * 60
    + ["session.ended"] * 20
    + ["note.created"] * 10
    + ["note.edited"] * 5
    + ["user.profile_changed"] * 3
    + ["user.password_changed", "user.exported"]
)


def fill(users: int, events: int) -> None:
    """Add this many of each, and update PostgreSQL's statistics, as autovacuum would in minutes."""
    _load("users", users, load_users)
    _load("events", events, load_events)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _load(name: str, count: int, load: Callable[[int], Iterator[int]]) -> None:
    for done in load(count):
        print(f"\r{done:,} of {count:,} {name}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def load_users(count: int) -> Iterator[int]:
    """Users who signed up over five years; yields how many there are after each commit."""
    current_time = now()
    first = (db.session.scalar(select(func.max(User.id))) or 0) + 1
    for start in range(0, count, AT_ONCE):
        end = min(count, start + AT_ONCE)
        choose = random.Random(first + start)
        rows = [
            _user(choose, first + n, current_time - SINCE * ((count - n) / count), current_time)
            for n in range(start, end)
        ]
        db.session.execute(insert(User.__table__), rows)
        db.session.commit()
        yield end


def _user(choose: random.Random, number: int, created: datetime, current_time: datetime) -> Any:
    first, last = choose.choice(FIRST_NAMES), choose.choice(LAST_NAMES)
    suspended = choose.random() < 1 / 200
    leaving = choose.random() < 1 / 1_000
    return {
        "email": f"{first}.{last}{number}@{choose.choice(DOMAINS)}".lower(),
        "name": f"{first} {last}",
        # None: nobody logs in.
        "password_hash": "",
        "role": "staff" if choose.random() < 1 / 3_000 else "user",
        "created_at": created,
        "confirmed_at": created if choose.random() > 1 / 20 else None,
        "suspended_at": created + (current_time - created) * choose.random() if suspended else None,
        "deletes_at": current_time + timedelta(days=1 + 13 * choose.random()) if leaving else None,
    }


def load_events(count: int) -> Iterator[int]:
    """Events of users about themselves, of few of them most; yields as `load_users` does."""
    current_time = now()
    actors = db.session.execute(select(User.id, User.email).order_by(User.id).limit(ACTORS)).all()
    if not actors:
        return
    for start in range(0, count, AT_ONCE):
        end = min(count, start + AT_ONCE)
        choose = random.Random(start)
        append(
            [
                _event(choose, actors, current_time - EVENTS_SINCE * ((count - n) / count))
                for n in range(start, end)
            ]
        )
        db.session.commit()
        yield end


def _event(choose: random.Random, actors: Any, at: datetime) -> dict[str, Any]:
    id, email = actors[int(len(actors) * choose.random() ** 3)]
    action = choose.choice(ACTIONS)
    return {
        "at": at,
        "action": action,
        "actor": email,
        "subject": f"note:{choose.randrange(100_000)}" if action[:4] == "note" else f"user:{id}",
        "details": {"device": "Firefox on Linux"} if action == "session.started" else {},
        "address": f"192.0.2.{choose.randrange(256)}",
        "request_id": f"{choose.getrandbits(128):032x}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--events", type=int, default=0)
    args = parser.parse_args()
    app = create_app()
    if app.config["APP_ENV"] == "production":
        raise SystemExit("This doesn't run in production, where the rows would mix with your own.")
    with app.app_context():
        fill(args.users, args.events)


if __name__ == "__main__":
    main()
