"""Who runs the jobs: the web server's own processes, or the one that `bin/start` has beside it."""

import os
import signal
from pathlib import Path

import pytest

from carafe.config import ROOT
from carafe.testing.accounts import PASSWORD
from carafe.testing.database import empty_file
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import BIN, Server
from carafe.testing.waiting import until

PATIENCE_SECONDS = 60


def parents_of(command: str) -> dict[int, int]:
    """Running processes with this in their command line, and which process began them."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if command in words:
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(stat[1])
        except OSError:
            continue  # it just ended
    return parents


def workers_of(server) -> list[int]:
    ours = {server.process.pid}
    loops = {pid for pid, parent in parents_of("bin/start").items() if parent in ours}
    return [pid for pid, parent in parents_of("flask jobs work").items() if parent in loops]


def register(server, email):
    """Register a user, and wait for the email that a job sends."""
    fields = {"email": email, "password": PASSWORD}
    assert LiveBrowser(server.url).submit("/auth/register", fields).status_code == 303
    mailbox = Mailbox(server.folder / "mail")
    until(lambda: mailbox.to(email), PATIENCE_SECONDS)


def test_it_runs_jobs_in_the_server_alone(running, email):
    register(running, email)


@pytest.fixture
def started(tmp_path):
    """What `bin/start` starts, with the project's app and an empty database."""
    path = f"{BIN}:{os.environ['PATH']}"
    made = Server(tmp_path / "state", {"PATH": path, "WEB_CONCURRENCY": "1"})
    del made.environ["FLASK_APP"]
    empty_file(made.folder / "app.db")
    try:
        made.start(str(ROOT / "bin/start"))
        until(lambda: len(workers_of(made)) == 1, PATIENCE_SECONDS)
        yield made
    finally:
        made.stop()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into Linux's /proc")
def test_it_keeps_a_worker_beside_the_server(started, email):
    [worker] = workers_of(started)
    os.kill(worker, signal.SIGKILL)
    until(lambda: workers_of(started) not in ([], [worker]), PATIENCE_SECONDS)
    register(started, email)

    [worker] = workers_of(started)
    assert started.stop() == 0
    assert worker not in parents_of("flask jobs work")
