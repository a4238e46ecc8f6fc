"""The limit of `budget.py` and `pages.py`: the least that such a page costs in Flask.

Each page is one view with one SQLAlchemy select of as many rows as ours shows, as entities, and one
Jinja template of about the same size (the dashboard has two selects, as two of its cards show
rows). There is no login, session, cookie, form, token, header, or log: a ratio to it is the price
of everything else.
"""

from datetime import datetime
from os import environ
from pathlib import Path
from sqlite3 import Connection

from flask import Flask, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Index, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

FEATURES = ("Accounts", "Two factors", "Administration", "Operations", "Database", "Folders")
READER = "user@example.com"


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Note(Base):
    __tablename__ = "note"
    __table_args__ = (Index("ix_note_list", "user_id", "updated_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


def create_app() -> Flask:
    """Return the app. Its rows are copies of ours, which are in the same folder."""
    folder = Path(environ["INSTANCE_PATH"])
    app = Flask(__name__, static_folder=folder / "static")
    engine = create_engine(f"sqlite:///{folder}/limit.db")
    event.listen(engine, "connect", _set_pragmas)
    if not (folder / "limit.db").exists():
        Base.metadata.create_all(engine)
        _copy_rows(engine.raw_connection(), folder)
    app.extensions["limit"] = engine
    with Session(engine) as session:
        app.config["READER"] = session.scalar(select(User.id).where(User.email == READER))
    app.add_url_rule("/", view_func=landing)
    app.add_url_rule("/auth/login", view_func=login)
    app.add_url_rule("/dashboard", view_func=dashboard)
    app.add_url_rule("/notes/", view_func=notes)
    app.add_url_rule("/notes/new", view_func=create_note, methods=["POST"])
    app.add_url_rule("/api/v1/notes", view_func=notes_api)
    app.add_url_rule("/admin/users/", view_func=users)
    return app


def _set_pragmas(connection: Connection, record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _copy_rows(connection: Connection, folder: Path) -> None:
    connection.execute("ATTACH ? AS app", (f"{folder}/app.db",))
    for table in ("user", "note"):
        columns = ", ".join(Base.metadata.tables[table].columns.keys())
        connection.execute(f"INSERT INTO {table} SELECT {columns} FROM app.{table}")
    connection.commit()
    connection.execute("DETACH app")
    connection.close()


def _session() -> Session:
    return Session(current_app.extensions["limit"])


def landing() -> ResponseReturnValue:
    return render_template("limit/landing.html", features=FEATURES)


def login() -> ResponseReturnValue:
    return render_template("limit/login.html", token="0" * 91)


def dashboard() -> ResponseReturnValue:
    mine = Note.user_id == current_app.config["READER"]
    recent = select(Note).where(mine).order_by(Note.updated_at.desc(), Note.id.desc()).limit(5)
    with _session() as session:
        rows = session.scalars(recent).all()
        count = session.scalar(select(func.count()).where(mine))
        return render_template("limit/dashboard.html", user="Uma User", rows=rows, count=count)


def notes() -> ResponseReturnValue:
    query = select(Note).where(Note.user_id == current_app.config["READER"])
    with _session() as session:
        rows = session.scalars(
            query.order_by(Note.updated_at.desc(), Note.id.desc()).limit(20)
        ).all()
        return render_template("limit/notes.html", user="Uma User", rows=rows)


def notes_api() -> ResponseReturnValue:
    query = select(Note).where(Note.user_id == current_app.config["READER"])
    with _session() as session:
        rows = session.scalars(
            query.order_by(Note.updated_at.desc(), Note.id.desc()).limit(20)
        ).all()
        items = [
            {
                "id": row.id,
                "title": row.title,
                "body": row.body,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
            }
            for row in rows
        ]
        return jsonify(items=items)


def create_note() -> ResponseReturnValue:
    note = Note(
        user_id=2,
        title=request.form["title"],
        body=request.form["body"],
        created_at=datetime.now(),
        updated_at=datetime.now(),
    )
    with _session() as session:
        session.add(note)
        session.commit()
        return redirect(f"/notes/{note.id}", 303)


def users() -> ResponseReturnValue:
    query = select(User).order_by(User.created_at.desc()).limit(50)
    if email := request.args.get("q", ""):
        query = query.where(User.email == email)
    with _session() as session:
        rows = session.scalars(query).all()
        return render_template("limit/users.html", user="Ada Admin", rows=rows, q=email)
