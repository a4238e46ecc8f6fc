"""Files of the database that are moved, replaced, or deleted under a running app."""

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from carafe.database import db, sqlite_file
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import change_limits
from carafe.testing.http import Browser
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.server import BIN, Server
from carafe.testing.waiting import until

THREADS = 8


class Load:
    """Clients that post increments until told to stop, and count what was acknowledged."""

    def __init__(self, server, token, jar):
        self.server, self.token, self.jar = server, token, jar
        self.statuses: list[int] = []
        self.stopped = Event()

    def run(self, _):
        browser = LiveBrowser(self.server.url)
        for cookie in self.jar:
            browser.jar.set_cookie(cookie)
        while not self.stopped.is_set():
            self.statuses.append(browser.post("/counter", self.token).status_code)

    def count(self, status):
        return self.statuses.count(status)

    def more(self, status, number=20):
        """Wait for this many more answers with this status."""
        goal = self.count(status) + number
        until(lambda: self.count(status) >= goal, seconds=60)


def move_away(folder, load, probe):
    os.rename(folder / "app.db", folder / "elsewhere.db")
    load.more(503)
    assert probe.get("/readyz").status_code == 503
    os.rename(folder / "elsewhere.db", folder / "app.db")


def move_folder(folder, load, probe):
    elsewhere = folder.with_name(f"{folder.name}.moved")
    os.rename(folder, elsewhere)
    load.more(503)
    assert probe.get("/readyz").status_code == 503
    os.rename(elsewhere, folder)


def delete_log(folder, load, probe):
    for suffix in ("-wal", "-shm"):
        (folder / f"app.db{suffix}").unlink()


def test_it_loses_no_acknowledged_write_and_comes_back(tmp_path):
    server = Server(tmp_path / "instance", {"WEB_CONCURRENCY": "2", "WEB_THREADS": "4"})
    server.start(str(BIN / "gunicorn"), "carafe.tests.counter:app")
    try:
        first = LiveBrowser(server.url)
        token = {"csrf_token": first.token()}
        assert first.post("/counter/start", token).text == "started"
        load = Load(server, token, first.jar)
        with ThreadPoolExecutor(THREADS) as pool:
            clients = pool.map(load.run, range(THREADS))
            try:
                # While nothing is wrong, each writer waits for its turn, and gets it.
                load.more(200, 100)
                assert set(load.statuses) == {200}
                for disturb in (move_away, move_folder, delete_log):
                    load.more(200)
                    disturb(server.folder, load, first)
                    load.more(200)
            finally:
                load.stopped.set()
            list(clients)
        assert set(load.statuses) == {200, 503}
        assert int(first.get("/counter").text) == load.count(200)
        assert first.get("/readyz").status_code == 200
    finally:
        server.stop()
    with closing(sqlite3.connect(server.folder / "app.db")) as connection:
        assert connection.execute("SELECT n FROM counter").fetchone() == (load.count(200),)


@pytest.fixture
def attentive(monkeypatch):
    """Apps look for moved files at every transaction."""
    monkeypatch.setattr(sqlite_file, "LOOK_SECONDS", 0)


@pytest.fixture
def backup(attentive, own_app, own_alice, tmp_path):
    """A copy of the database, in which Alice still has her old name."""
    path = tmp_path / "backup.db"
    with own_app.app_context(), closing(db.engine.raw_connection()) as connection:
        connection.execute("VACUUM INTO ?", [str(path)])
    assert own_alice.submit("/members", {"name": "Alicia"}).status_code == 303
    return path


def greeting(alice):
    return "Hello, Alicia" if "Hello, Alicia" in alice.get("/members").text else "Hello, Alice"


def test_it_serves_the_database_that_replaced_its_own(own_alice, backup, tmp_path):
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"app.db{suffix}").unlink()
    os.replace(backup, tmp_path / "app.db")
    assert greeting(own_alice) == "Hello, Alice"
    assert own_alice.submit("/members", {"name": "Alicia"}).status_code == 303
    assert greeting(own_alice) == "Hello, Alicia"


def test_it_serves_no_database_beside_the_log_of_another(own_alice, backup, tmp_path):
    os.rename(tmp_path / "app.db", tmp_path / "before.db")
    shutil.copy(backup, tmp_path / "app.db")
    assert own_alice.get("/members").status_code == 503
    assert own_alice.get("/readyz").status_code == 503
    os.replace(tmp_path / "before.db", tmp_path / "app.db")
    assert greeting(own_alice) == "Hello, Alicia"
    assert own_alice.get("/readyz").status_code == 200


def test_it_follows_a_link_that_leads_elsewhere(make_app, own_alice, backup, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "app.db")
    linked = Browser(make_app(DATABASE_URL=f"sqlite:///{link}").test_client())
    own_alice.copy_cookies_to(linked)
    assert greeting(linked) == "Hello, Alicia"
    link.unlink()
    link.symlink_to(backup)
    assert greeting(linked) == "Hello, Alice"


@pytest.mark.parametrize("command", [["demo"], ["user", "list"], ["jobs", "list"]])
def test_a_command_tells_that_there_is_no_database_and_makes_none(command, make_app, tmp_path):
    result = make_app().test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert "app.db does not exist" in result.output
    assert "flask db upgrade" in result.output
    assert not (tmp_path / "app.db").exists()


def test_migrations_make_no_database_beside_the_log_of_another(make_app, tmp_path):
    log = tmp_path / "app.db-wal"
    log.write_bytes(b"writes that are in no database yet")
    result = make_app().test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Put the database back" in result.output
    assert log.exists()
    assert not (tmp_path / "app.db").exists()


def test_limits_hold_though_their_file_is_moved(app, alice, visitor, tmp_path):
    wrong = {"email": alice.email, "password": "not it"}
    file = tmp_path / "limits.db"
    assert visitor.submit("/auth/login", wrong).status_code == 422
    shutil.move(f"{app.instance_path}/limits.db", file)
    assert visitor.submit("/auth/login", wrong).status_code == 422
    change_limits(Path(app.instance_path), "UPDATE hit SET count = 100")
    assert visitor.submit("/auth/login", wrong).status_code == 429
    shutil.move(file, f"{app.instance_path}/limits.db")
    right = {"email": alice.email, "password": PASSWORD}
    assert visitor.submit("/auth/login", right).status_code == 303
