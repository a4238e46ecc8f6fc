"""The stricter baseline of `pages.py`: nobody is logged in, and nothing is checked or added.

Each page is one view that runs the same select as ours, as columns over a SQLAlchemy connection,
and renders the baseline's template of the same size. No ORM, session, cookie, form, token, header
or log: what everything in the app costs beyond its queries and its HTML.
"""

from datetime import datetime
from os import environ
from types import SimpleNamespace
from typing import Any

from flask import redirect, render_template, request
from sqlalchemy import create_engine, func, insert, select

from bench.baseline import Note, with_static_files

app = with_static_files(__name__)
engine = create_engine(f"sqlite:///{environ['INSTANCE_PATH']}/bare.db")
user = SimpleNamespace(id=1, name="Uma User", is_authenticated=True)
visitor = SimpleNamespace(is_authenticated=False)

notes = Note.__table__.c
listed = (
    select(notes.title, func.substr(notes.body, 1, 160).label("body"), notes.updated_at, notes.id)
    .where(notes.user_id == user.id)
    .order_by(notes.updated_at.desc(), notes.id.desc())
)
count = select(func.count()).select_from(Note.__table__).where(notes.user_id == user.id)


@app.context_processor
def no_token() -> dict[str, Any]:
    return {"csrf_token": lambda: "0" * 91}


@app.get("/")
def index() -> Any:
    return render_template("index.html", current_user=visitor)


@app.get("/auth/login")
def login() -> Any:
    return render_template("login_plain.html", current_user=visitor)


@app.get("/dashboard")
def dashboard() -> Any:
    with engine.connect() as connection:
        recent = connection.execute(listed.limit(5)).all()
        total = connection.scalar(count)
    return render_template("dashboard.html", current_user=user, notes=recent, count=total)


@app.get("/notes/", endpoint="notes")
def list_notes() -> Any:
    with engine.connect() as connection:
        rows = connection.execute(listed.limit(21)).all()
    page = SimpleNamespace(items=rows[:20], has_prev=False, has_next=len(rows) > 20, next_num=2)
    return render_template("notes.html", current_user=user, page=page)


@app.post("/notes/new")
def new_note() -> Any:
    present_time = datetime.now()
    fields = {"title": request.form["title"], "body": request.form["body"]}
    times = {"created_at": present_time, "updated_at": present_time}
    with engine.begin() as connection:
        added = connection.execute(insert(Note).values(user_id=2, **fields, **times))
    return redirect(f"/notes/{added.inserted_primary_key[0]}")
