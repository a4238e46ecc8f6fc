"""An import of 100,000 notes, 100 of which are bad: how long it takes, and how long others wait.

    python bench/import.py [--rows 100000] [--bad 100]

On SQLite, in a database of its own; with DATABASE_URL, there. The jobs run in this process;
meanwhile a second thread writes as requests do, and its waits are what is printed.
"""

import argparse
import io
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask
from sqlalchemy import func, select, update

from app.auth.models import User
from app.notes.models import Note
from bench.export import site
from bench.memory import measure
from carafe.admin.imports import jobs
from carafe.admin.imports.models import (
    CHECKING,
    FOLDER,
    IMPORTING,
    SKIP_INVALID,
    ImportBatch,
    ImportRun,
)
from carafe.database import db
from carafe.downloads import encrypted
from carafe.jobs.worker import run_due


def content(rows: int, bad: int) -> tuple[bytes, set[int]]:
    """The file, and the numbers of its bad rows."""
    step = rows // bad if bad else rows + 1
    wrong = {n for n in range(rows) if n % step == step // 2}
    lines = [
        f"Note {n},{'x' * 50},{'nobody' if n in wrong else 'bench'}@example.com"
        for n in range(rows)
    ]
    return "\n".join(["title,body,user.email", *lines]).encode(), {n + 2 for n in wrong}


def beside(app: Flask, run: Callable[[], Any]) -> tuple[tuple[float, float, float], list[float]]:
    """What `measure` says of it, and the waits of someone who writes meanwhile, in ms."""
    waits: list[float] = []
    over = threading.Event()

    def write() -> None:
        with app.app_context():
            while not over.is_set():
                began = monotonic()
                db.session.execute(update(User).values(name=str(began)))
                db.session.commit()
                waits.append(1000 * (monotonic() - began))
                sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return measure(run), sorted(waits)
    finally:
        over.set()
        writer.join()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bad", type=int, default=100)
    args = parser.parse_args()
    file, wrong = content(args.rows, args.bad)
    with site(0) as (app, user_id), app.app_context():
        name, parts, size = encrypted.save(io.BytesIO(file), FOLDER)
        run = ImportRun(
            user_id=user_id, list="notes", filename="notes.csv", file=name, parts=parts, size=size,
            encoding="utf-8-sig", delimiter=",", mode=SKIP_INVALID,
            mapping={"0": "title", "1": "body", "2": "user.email"},
        )  # fmt: skip
        db.session.add(run)
        db.session.commit()
        run_id = run.id
        for state, job in ((CHECKING, jobs.check), (IMPORTING, jobs.run_import)):
            db.session.execute(update(ImportRun).values(state=state))
            job.enqueue(run_id)
            db.session.commit()
            db.session.remove()
            (seconds, before, most), waits = beside(app, lambda: run_due(app))
            middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
            print(
                f"{state}: {seconds:.1f} s, {most - before:+.0f} MB; who writes meanwhile waits "
                f"{middle:.0f} ms (median), {late:.0f} ms (p99), {waits[-1]:.0f} ms (at most)"
            )
        batches = db.session.scalars(select(ImportBatch.errors))
        named = {error[0] for errors in batches for error in errors}
        count = db.session.scalar(select(func.count(Note.id)))
        print(f"bad rows named: {len(named & wrong)} of {len(wrong)}; others: {len(named - wrong)}")
        print(f"notes made: {count:,}; expected: {args.rows - len(wrong):,}")


if __name__ == "__main__":
    main()
