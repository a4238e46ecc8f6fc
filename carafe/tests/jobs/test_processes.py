"""Who runs the jobs: the web server's own processes, or the one that `bin/start` has beside it."""

import os
import signal
from pathlib import Path

import pytest

from carafe.config import ROOT
from carafe.testing.database import empty_file
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.mailbox import Mailbox
from carafe.testing.server import BIN, Server
from carafe.testing.waiting import until

ANN = {"email": "ann@example.com", "password": "carafe under the apple tree"}


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


def test_it_runs_jobs_in_the_server_alone(server):
    alone = server(WEB_CONCURRENCY="2")
    assert LiveBrowser(alone.url).submit("/auth/register", ANN).status_code == 303
    mailbox = Mailbox(alone.folder / "mail")
    until(lambda: mailbox.to(ANN["email"]))


@pytest.fixture
def started(tmp_path):
    """What `bin/start` starts, with the project's app and an empty database."""
    made = Server(tmp_path / "state", {"PATH": f"{BIN}:{os.environ['PATH']}"})
    del made.environ["FLASK_APP"]
    empty_file(made.folder / "app.db")
    try:
        made.start(str(ROOT / "bin/start"))
        until(lambda: len(workers_of(made)) == 1)
        yield made
    finally:
        made.stop()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into Linux's /proc")
def test_it_keeps_a_worker_beside_the_server(started):
    [worker] = workers_of(started)
    os.kill(worker, signal.SIGKILL)
    until(lambda: workers_of(started) not in ([], [worker]))
    assert LiveBrowser(started.url).submit("/auth/register", ANN).status_code == 303
    mailbox = Mailbox(started.folder / "mail")
    until(lambda: mailbox.to(ANN["email"]))

    [worker] = workers_of(started)
    assert started.stop() == 0
    assert worker not in parents_of("flask jobs work")
