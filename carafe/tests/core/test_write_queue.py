"""Writers one after the other: none is lost, and none that hangs or dies holds up the rest."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import text

from carafe.config import ROOT
from carafe.database import db, read_transaction

THREADS = 4
PATIENCE_SECONDS = 30


@pytest.fixture
def holder(own_app, tmp_path):
    """Another process that holds the write lock."""
    process = subprocess.Popen(
        [sys.executable, "-m", "carafe.tests.holder", f"sqlite:///{tmp_path / 'app.db'}"],
        cwd=ROOT, env=os.environ | {"INSTANCE_PATH": str(tmp_path)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holding\n"
        yield process
        process.kill()


@pytest.fixture
def write(own_app):
    """Begins a writing transaction in a separate thread; the promise that it did."""

    def run() -> str:
        with own_app.app_context():
            db.session.execute(text("SELECT 1"))
            db.session.rollback()
            return "written"

    with ThreadPoolExecutor(THREADS) as pool:
        yield lambda: pool.submit(run)


def test_it_goes_on_when_the_holder_is_killed(holder, own_app, write):
    writers = [write() for _ in range(4)]
    assert not wait(writers, 0.2).done
    with own_app.app_context(), read_transaction():
        db.session.execute(text("SELECT 1"))  # who reads does not wait
    os.kill(holder.pid, signal.SIGKILL)
    assert {writer.result(PATIENCE_SECONDS) for writer in writers} == {"written"}


def test_it_says_locked_when_the_holder_hangs(impatient, own_alice, holder):
    form = own_alice.fill("/members")
    os.kill(holder.pid, signal.SIGSTOP)
    for _ in range(2):
        assert own_alice.send(form, {"name": "Alicia"}).status_code == 503
    assert own_alice.get("/members").status_code == 200
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait(PATIENCE_SECONDS)
    assert own_alice.send(form, {"name": "Alicia"}).status_code == 303


def test_it_ends_the_turn_of_a_transaction_that_fails(own_app, write):
    def fail() -> None:
        with db.engine.begin() as connection:
            connection.execute(text("SELECT 1"))
            raise ZeroDivisionError

    with own_app.app_context(), pytest.raises(ZeroDivisionError):
        fail()
    assert write().result(PATIENCE_SECONDS) == "written"
