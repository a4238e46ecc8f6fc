"""What an export of a million notes costs: time, processor time, and memory beyond what it had.

    python bench/export.py [--rows 1000000]

On SQLite, in a database of its own; with DATABASE_URL, there. The job runs in this process.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, select

from app import create_app
from app.auth.models import User
from app.notes.models import Note
from bench.memory import measure
from carafe.admin.lists import export
from carafe.database import db
from carafe.downloads.models import Export
from carafe.jobs.worker import run_due
from carafe.time import now

AT_ONCE = 10_000


@contextmanager
def site(rows: int) -> Iterator[tuple[Flask, int]]:
    """An app with an admin and this many notes."""
    with TemporaryDirectory() as folder:
        quiet = {"APP_ENV": "testing", "INSTANCE_PATH": folder, "JOBS_IN_WEB": False}
        app = create_app({**quiet, "LOG_LEVEL": "ERROR"})
        with app.app_context():
            upgrade()
            user = User(
                email="bench@example.com", password_hash="", role="admin", confirmed_at=now()
            )
            db.session.add(user)
            db.session.commit()
            for first in range(0, rows, AT_ONCE):
                numbers = range(first, min(first + AT_ONCE, rows))
                texts = [
                    {"title": f"Note {n}, und ein Titel dazu", "body": "x" * 50} for n in numbers
                ]
                defaults = {"user_id": user.id, "version": 1}
                db.session.execute(insert(Note), [text | defaults for text in texts])
                db.session.commit()
        yield app, user.id


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with site(rows) as (app, user_id):
        for format in export.FORMATS:
            with app.app_context():
                user = db.session.get_one(User, user_id)
                export.request(user, app.extensions["admin"]["notes"], format, {})
                db.session.commit()
            began = process_time()
            seconds, before, most = measure(lambda: run_due(app))
            processor = process_time() - began
            with app.app_context():
                size = db.session.scalars(select(Export.size)).one() / 1024 / 1024
            print(
                f"{rows:,} rows as {format}: {seconds:.0f} s, {processor:.1f} s of processor time, "
                f"{size:.0f} MB; "
                f"memory {before:.0f} MB before, {most:.0f} MB at most: {most - before:+.0f} MB"
            )


if __name__ == "__main__":
    main()
