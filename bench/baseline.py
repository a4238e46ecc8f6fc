"""The baseline of `pages.py`: the same pages as a plain Flask application, as tutorials show it.

What it does: Flask, Flask-SQLAlchemy with its defaults (entities, `db.paginate` with its count,
SQLite as the driver opens it), Flask-Login's stock session cookie with the user looked up by
primary key, Flask-WTF's forms with their CSRF token and WTForms' own widgets, Jinja templates
with `url_for`, flashes, and Flask's own static files. The tables, their rows, the index of the list
and the HTML of the pages are those of the app it is compared with, to within a few percent.

What it does not do: no log, no request ID, no response headers besides Flask's, no check of where
a POST comes from, no bounds or rate limits; its sessions cannot be listed or ended; its pages
hold a menu that is written out; a POST writes no more than the note.
"""

import sqlite3
from datetime import datetime
from os import environ
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import ForeignKey, Index, func, literal, select, tuple_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import BooleanField, EmailField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

ROOT = Path(__file__).parent.parent


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
login_manager.login_view = "login"


class User(UserMixin, db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]


class Note(db.Model):
    __table_args__ = (Index("ix_note_list", "user_id", "updated_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=datetime.now)
    updated_at: Mapped[datetime] = mapped_column(default=datetime.now)


class Person(db.Model):
    """A user of the application it is compared with, in that one's own file."""

    __tablename__ = "user"
    __bind_key__ = "app"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    deletes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class LoginForm(FlaskForm):
    email = EmailField("E-mail address", validators=[DataRequired()])
    password = PasswordField("Password", validators=[DataRequired(), Length(max=256)])
    remember = BooleanField("Keep me logged in")


class NoteForm(FlaskForm):
    title = StringField("Title", validators=[DataRequired(), Length(max=200)])
    body = TextAreaField("Text", validators=[Length(max=20_000)])


@login_manager.user_loader
def load_user(id: str) -> User | None:
    return db.session.get(User, int(id))


def with_static_files(name: str) -> Flask:
    """An app that serves the files of ours, and those of the engine."""
    app = Flask(name, static_folder=ROOT / "app/static", static_url_path="/static/app")
    folder = ROOT / "carafe/static"
    app.register_blueprint(
        Blueprint("engine", name, static_folder=folder, static_url_path="/static/carafe")
    )
    return app


app = with_static_files(__name__)
app.config["SECRET_KEY"] = environ.get("SECRET_KEY")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{environ['INSTANCE_PATH']}/baseline.db"
app.config["SQLALCHEMY_BINDS"] = {"app": f"sqlite:///{environ['INSTANCE_PATH']}/app.db"}
db.init_app(app)
login_manager.init_app(app)
CSRFProtect(app)


@app.route("/")
def index() -> Any:
    return render_template("index.html")


@app.route("/auth/login", methods=["GET", "POST"])
def login() -> Any:
    form = LoginForm()
    if form.validate_on_submit():
        user = db.session.scalar(select(User).where(User.email == form.email.data))
        if user and check_password_hash(user.password_hash, form.password.data):
            login_user(user)
            return redirect(url_for("dashboard"))
    return render_template("login.html", form=form)


@app.route("/dashboard")
@login_required
def dashboard() -> Any:
    notes = select(Note).where(Note.user_id == current_user.id)
    recent = db.session.scalars(notes.order_by(Note.updated_at.desc(), Note.id.desc()).limit(5))
    count = db.session.scalar(select(func.count()).where(Note.user_id == current_user.id))
    return render_template("dashboard.html", notes=recent.all(), count=count)


@app.route("/notes/")
@login_required
def notes() -> Any:
    statement = select(Note).where(Note.user_id == current_user.id)
    page = db.paginate(statement.order_by(Note.updated_at.desc(), Note.id.desc()), per_page=20)
    return render_template("notes.html", page=page)


@app.route("/notes/new", methods=["GET", "POST"])
@login_required
def new_note() -> Any:
    form = NoteForm()
    if form.validate_on_submit():
        note = Note(user_id=current_user.id, title=form.title.data, body=form.body.data)
        db.session.add(note)
        db.session.commit()
        flash("Your note was saved.", "success")
        return redirect(f"/notes/{note.id}")
    return render_template("new.html", form=form)


@app.route("/people/")
@login_required
def people() -> Any:
    statement = select(Person).order_by(Person.created_at.desc(), Person.id.desc())
    if after := request.args.get("after"):
        created_at, id = after.split("~")
        last = tuple_(literal(datetime.fromisoformat(created_at)), int(id))
        statement = statement.where(tuple_(Person.created_at, Person.id) < last)
    people = db.session.scalars(statement.limit(51)).all()
    return render_template("people.html", people=people[:50], more=len(people) > 50)


def add_user(email: str, password: str) -> None:
    """Someone who can log in here, and nowhere else."""
    with app.app_context():
        db.create_all(bind_key=None)
        if not db.session.scalar(select(User).where(User.email == email)):
            hashed = generate_password_hash(password)
            db.session.add(User(email=email, name="Bench", password_hash=hashed))
            db.session.commit()


def copy_rows(source: str, passwords: dict[str, str]) -> None:
    """Fill this application's own database with the rows of the other's.

    Users without a password are those of the sample data, as whom nobody logs in.
    """
    with app.app_context():
        db.create_all()
        rows = sqlite3.connect(source)
        for id, email, name in rows.execute("SELECT id, email, name FROM user"):
            hashed = generate_password_hash(passwords[email]) if email in passwords else ""
            db.session.add(User(id=id, email=email, name=name, password_hash=hashed))
        columns = "id, user_id, title, body, created_at, updated_at"
        for *values, created, updated in rows.execute(f"SELECT {columns} FROM note ORDER BY id"):
            times = [datetime.fromisoformat(text) for text in (created, updated)]
            db.session.add(Note(**dict(zip(columns.split(", "), [*values, *times], strict=True))))
        db.session.commit()
        rows.close()
