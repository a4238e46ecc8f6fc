"""The database: engine, transaction modes, base model.

A transaction that may write takes SQLite's write lock when it begins. One that starts by reading
and takes the lock later fails as soon as somebody else wrote in between, whatever the busy
timeout: of 4,000 increments by 64 clients 436 were refused that way, and none this way
(`bench/increments.py`). So each request, command and job says at the start which it is: a request
by its method, everything else writes unless inside `reading()`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask, has_app_context, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.record_queries import get_recorded_queries
from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    event,
    false,
    func,
    insert,
    literal,
    make_url,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, registry
from sqlalchemy.types import TypeEngine

from app.core import lost_writes
from app.core.sqlite_file import IN_MEMORY, SQLiteFile, watch
from app.core.time import UTCDateTime
from app.core.unicode import nfc
from app.core.words import has_words
from app.core.write_queue import WriteQueue
from settings import ConfigError

READING_METHODS = {"GET", "HEAD", "OPTIONS"}
BUSY_TIMEOUT_SECONDS = 5

# Before this release two connections that write and checkpoint at one instant can corrupt a
# database in WAL mode (sqlite.org/wal.html, "the WAL-reset bug").
SAFE_SQLITE = (3, 51, 3)

PRAGMAS = """
PRAGMA synchronous=NORMAL;
PRAGMA foreign_keys=ON;
PRAGMA journal_size_limit=67108864;
PRAGMA temp_store=MEMORY;
PRAGMA secure_delete=ON;
"""


# Threads bound the connections: each has one at a time. In a pool that is smaller than a worker's
# threads a job would wait until others end, or lose its lease.
POOL_OPTIONS = {"max_overflow": -1}
POSTGRESQL_OPTIONS = {
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": BUSY_TIMEOUT_SECONDS},
}


class Base(DeclarativeBase):
    """What models inherit from. Constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UTCDateTime,
            # Any id that fits into SQLite's fits into PostgreSQL's.
            int: BigInteger().with_variant(Integer, "sqlite"),
        },
    )


def bytewise(length: int) -> String:
    """Text that nobody reads by language, such as an address, in the order of its bytes.

    Only then an index tells on PostgreSQL what begins with something, as SQLite's always does.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def is_bytewise(kind: TypeEngine[Any]) -> bool:
    """Whether the type of a column was made by `bytewise`."""
    on_postgresql = kind._variant_mapping.get("postgresql")
    return getattr(on_postgresql, "collation", None) == "C"


# Attributes do not expire on commit: reading one would begin another write transaction.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)

READS, WRITES, WRITES_OUT_OF_TURN = "reads", "writes", "writes out of turn"
_mode: ContextVar[str | None] = ContextVar("mode", default=None)


def mode() -> str:
    """What a transaction that begins now is for."""
    if chosen := _mode.get():
        return chosen
    reads = has_request_context() and request.method in READING_METHODS
    return READS if reads else WRITES


def may_write() -> bool:
    """Whether a transaction that begins now may write."""
    return mode() != READS


@contextmanager
def reading() -> Iterator[None]:
    """Look something up without the write lock, whatever the request's method.

    Afterwards a request that may write begins anew, so that slow work such as hashing a password
    can be done in between without holding up other writers. Inside a transaction it changes
    nothing: what was written there stays.
    """
    if db.session().in_transaction():
        yield
        return
    token = _mode.set(READS)
    try:
        yield
        lost_writes.check(db.session(), "`with reading():`")
    finally:
        _mode.reset(token)
        if may_write():
            db.session.close()  # what was loaded can still be read


@contextmanager
def writing(*, in_turn: bool = True) -> Iterator[None]:
    """Change something in answer to a GET. What was being read ends; commit before leaving.

    Out of turn it does not wait behind others who write: its first statement takes SQLite's lock,
    or fails.
    """
    lost_writes.check(db.session(), "What came before `with writing():`")
    db.session.close()
    token = _mode.set(WRITES if in_turn else WRITES_OUT_OF_TURN)
    try:
        yield
        lost_writes.check(db.session(), "`with writing():`")
    finally:
        _mode.reset(token)
        db.session.close()


def is_within(savepoint: SessionTransaction | None, ended: SessionTransaction) -> bool:
    """Whether what was noted in a savepoint goes with the one that `ended`."""
    while savepoint is not None and savepoint is not ended:
        savepoint = savepoint.parent
    return savepoint is ended


def take_turns(name: str) -> None:
    """Hold off others that take turns under this name, until this transaction ends.

    For rules about several rows at once. Take the turn before you lock a row: two that do it in
    different orders would wait for each other. SQLite's write transactions take turns in any case.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def rehearse_insert(model: type[Base], row: dict[str, Any]) -> None:
    """Run an INSERT that adds no row and takes as long as one that does.

    For what must not be told from the time of an answer.
    """
    columns = model.__table__.c
    values = [literal(value, columns[name].type) for name, value in row.items()]
    db.session.execute(insert(model).from_select(list(row), select(*values).where(false())))


def sqlite_driver() -> ModuleType:
    """Python's own SQLite, or the `pysqlite3` package's where that is newer and ours is unsafe."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        try:
            from pysqlite3 import dbapi2
        except ImportError:
            return sqlite3
        if dbapi2.sqlite_version_info > sqlite3.sqlite_version_info:
            return dbapi2  # type: ignore[no-any-return]
    return sqlite3


def insert_into(table: Any, dialect: Dialect) -> Any:
    """An INSERT as a database has it, which knows `on_conflict_do_nothing` and `…_do_update`."""
    return import_module(f"sqlalchemy.dialects.{dialect.name}").insert(table)


def init_app(app: Flask) -> None:
    instance = Path(app.instance_path)
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"INSTANCE_PATH must be a folder that can be written: {error}.",
            "Make it, or give it to the user that runs the app.",
        ) from None
    url = database_url(app.config["DATABASE_URL"] or f"sqlite:///{instance / 'app.db'}")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # Errors are logged with their statement: not with somebody's text or password hash.
        "hide_parameters": not app.debug,
        # A database in memory has one connection, which all share.
        **(POOL_OPTIONS if (url.database or "") not in IN_MEMORY else {}),
        **(sqlite_options() if url.get_backend_name() == "sqlite" else POSTGRESQL_OPTIONS),
    }
    db.init_app(app)
    if app.config["SQLALCHEMY_RECORD_QUERIES"] and not event.contains(*_FORGET_QUERIES):
        event.listen(*_FORGET_QUERIES)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        if app.config["APP_ENV"] != "production":
            lost_writes.init_app(app, db.session)
            lost_writes.watch(db.engine, may_write)


def _forget_queries(session: Session, transaction: SessionTransaction) -> None:
    """Drop what is recorded of queries outside of requests, where no toolbar shows it.

    A command that adds a million rows would keep them all in memory.
    """
    if transaction.parent is None and has_app_context() and not has_request_context():
        get_recorded_queries().clear()


_FORGET_QUERIES: tuple[Any, str, Any] = (Session, "after_transaction_end", _forget_queries)


def database_url(text: str) -> URL:
    """Read a database URL; `postgres://` and `postgresql://` mean psycopg 3."""
    url = make_url(text)
    if url.drivername.startswith("sqlite"):
        return url
    try:
        from psycopg import ProgrammingError, conninfo
    except ImportError:
        raise ConfigError(
            "DATABASE_URL points to PostgreSQL, but its driver is not installed.",
            "Install it with: pip install '.[postgres]'",
        ) from None
    try:
        conninfo.make_conninfo(**{name: str(value) for name, value in url.query.items()})
    except ProgrammingError as error:
        raise ConfigError(
            f"DATABASE_URL is not accepted: {error}.", "Give only parameters that libpq supports."
        ) from None
    return url.set(drivername="postgresql+psycopg")


def sqlite_options() -> dict[str, Any]:
    # isolation_level=None: transactions begin where we say so, not where the driver guesses.
    return {
        "module": sqlite_driver(),
        "connect_args": {"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS},
    }


def prepare_sqlite(engine: Engine) -> None:
    """Set up every connection of `engine`, and begin transactions in the mode asked for."""
    queue = WriteQueue(engine.url.database, BUSY_TIMEOUT_SECONDS)
    file = None
    if (name := engine.url.database or "") not in IN_MEMORY:
        file = SQLiteFile(name, sqlite_driver(), BUSY_TIMEOUT_SECONDS)
        watch(engine, file)

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, record: Any) -> None:
        connection.executescript(PRAGMAS)
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            # Set once and kept in the file. Several processes that set it at the same time get
            # "database is locked" without waiting, so they take turns.
            with queue.turn():
                connection.execute("PRAGMA journal_mode=WAL")
        add_functions(connection)
        if file:
            file.note(connection, record.info)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if mode() == WRITES:
            queue.begin(connection)
        else:
            # Past SQLAlchemy, which takes longer over it than SQLite does over the query.
            connection.connection.execute("BEGIN")

    # A connection in the pool has no transaction; neither has one that is closed.
    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "close")
    @event.listens_for(engine, "close_detached")
    def leave(connection: sqlite3.Connection | None, *record: Any) -> None:
        queue.leave(connection)


def add_functions(connection: sqlite3.Connection) -> None:
    """What statements may call on SQLite beside its own."""
    # SQLite's own lower() knows ASCII only: a search for "ärger" would miss "Ärger".
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("has_words", -1, has_words, deterministic=True)
    connection.create_function("nfc", 1, _nfc, deterministic=True)


def _nfc(value: Any) -> Any:
    return nfc(value) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
