"""The real server, as a separate process."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from carafe.auth import passwords
from carafe.auth.users import user_model
from carafe.config import ROOT
from carafe.database.sqlite import configure_sqlite, sqlite_options
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import change_limits
from carafe.testing.database import empty_database
from carafe.testing.suite import suite
from carafe.testing.waiting import PATIENCE_SECONDS
from carafe.time import now

BIN = Path(sys.executable).parent
# Whatever http_proxy says.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@cache
def migrated_database() -> bytes:
    """Return an empty SQLite database with all migrations: made once, since that takes a second."""
    with TemporaryDirectory() as folder:
        Server(Path(folder), {}).flask("db", "upgrade")
        return (Path(folder) / "app.db").read_bytes()


class Server:
    """gunicorn (or another command) on a free port, with local state in `folder`."""

    def __init__(self, folder: Path, environ: dict[str, str]):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environ = {
            **{k: v for k, v in os.environ.items() if k != "DATABASE_URL"},
            "APP_ENV": "testing",
            "FLASK_APP": suite().wsgi,
            "INSTANCE_PATH": str(folder),
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "server.log"

    def flask(self, *arguments: str) -> str:
        """Run a `flask` command with this server's settings; its output."""
        return subprocess.run(
            [str(BIN / "flask"), *arguments],
            cwd=ROOT, env=self.environ, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    @contextmanager
    def database(self) -> Iterator[Session]:
        """Open its database, and commit at the end: a command that does it takes a second."""
        if (url := self.environ.get("DATABASE_URL") or "").startswith("postgresql"):
            engine = create_engine(url)
        else:
            engine = create_engine(url or f"sqlite:///{self.folder / 'app.db'}", **sqlite_options())
            configure_sqlite(engine)
        with Session(engine) as session, session.begin():
            yield session
        engine.dispose()

    def add_user(self, email: str, password: str = PASSWORD) -> None:
        """Store a user with a confirmed address. The test needs `application`, for the model."""
        values = {"password_hash": passwords.hash(password), "confirmed_at": now()}
        with self.database() as session:
            session.execute(insert(user_model()).values(email=email, **values))

    def start(self, *command: str) -> None:
        self._migrate()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command or (str(BIN / "gunicorn"), f"{suite().wsgi}:app"),
                cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> int | None:
        """Ask it to stop, as an init system does; its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def _migrate(self) -> None:
        if self.environ.get("DATABASE_URL"):
            self.flask("db", "upgrade")
        elif not (file := self.folder / "app.db").exists():
            file.write_bytes(migrated_database())

    def _answers(self) -> bool:
        try:
            DIRECT.open(f"{self.url}/livez", timeout=1)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


@pytest.fixture(scope="session")
def shared_server(
    tmp_path_factory: pytest.TempPathFactory, application: Flask, database_url: str | None
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with empty_database(database_url, folder) as url:
        server = Server(folder, {"DATABASE_URL": url, "MAGIC_LINK": "yes", "WEB_THREADS": "8"})
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def running(shared_server: Server) -> Server:
    """gunicorn with two processes and unspent limits, shared by tests: accounts stay from others.

    On a database of its own: a file, or a schema where DATABASE_URL says.
    """
    change_limits(shared_server.folder, "DELETE FROM hit")
    return shared_server


@pytest.fixture
def email() -> str:
    """An address that no other test has."""
    return f"alice-{secrets.token_hex(4)}@example.com"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts gunicorn with an empty database of its own; `server(APP_ENV="production")`."""
    servers: list[Server] = []

    def start(**environ: str) -> Server:
        folder = tmp_path / secrets.token_hex(4)
        servers.append(Server(folder, environ))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
