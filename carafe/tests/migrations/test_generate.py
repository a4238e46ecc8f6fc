"""What `flask db migrate` writes."""

import re
import shutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import check, downgrade, migrate, revision, upgrade

from carafe.database import Base, binary_collated, db, fulltext
from carafe.testing.apps import another_app
from carafe.testing.database import empty_database
from carafe.time import UTCDateTime, now

ID = Base.registry.type_annotation_map[int]


class Project:
    """A copy of the migrations, and a database that is up to date."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.upgrade()
        self.start = self.files()

    def files(self) -> list[Path]:
        return sorted((self.folder / "versions").glob("*.py"))

    def table(self, name: str, *columns: Any, **options: Any) -> sa.Table:
        """Change a model, or add one."""
        self.remove(name)
        key: Any = sa.Column("id", ID, primary_key=True)
        return sa.Table(name, db.metadata, key, *columns, **options)

    def remove(self, name: str) -> None:
        if name in db.metadata.tables:
            db.metadata.remove(db.metadata.tables[name])

    def migrate(self, message: str = "change") -> str:
        """Write a migration and carry it out; its text."""
        text = self.write(message)
        self.upgrade()
        return text

    def write(self, message: str = "change") -> str:
        before = self.files()
        migrate(directory=str(self.folder), message=message)
        new = [file for file in self.files() if file not in before]
        return "".join(file.read_text() for file in new)

    def upgrade(self) -> None:
        upgrade(directory=str(self.folder))

    def undo(self) -> None:
        downgrade(directory=str(self.folder))

    def forget(self) -> None:
        self.undo()
        self.files()[-1].unlink()

    def check(self) -> None:
        check(directory=str(self.folder))

    def reset(self) -> None:
        downgrade(directory=str(self.folder), revision=self.start[-1].name[:4])
        for file in set(self.files()) - set(self.start):
            file.unlink()
        for name in list(db.metadata.tables):
            if name.startswith("widget"):
                self.remove(name)


@pytest.fixture(scope="module")
def home(
    application: Flask, database_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(
        application.config["MIGRATIONS_FOLDER"],
        folder / "migrations",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    with (
        empty_database(database_url, folder) as url,
        another_app(application, DATABASE_URL=url) as made,
        made.app_context(),
    ):
        yield Project(folder / "migrations")


@pytest.fixture
def project(home: Project) -> Iterator[Project]:
    yield home
    home.reset()


@pytest.fixture
def searches(project: Project) -> Iterator[dict[str, list[str]]]:
    """What features search."""
    from flask import current_app

    declared = fulltext.declared(current_app)
    before = dict(declared)
    yield declared
    declared.clear()
    declared.update(before)


def test_it_writes_nothing_when_there_is_no_change_and_says_so(project, capsys):
    assert project.write() == ""
    assert "No changes" in capsys.readouterr().out
    assert project.files() == project.start


def test_it_numbers_files_in_sequence(project):
    project.table("widget", sa.Column("name", sa.String(20)))
    text = project.migrate("Add widgets")
    last, new = project.files()[-2:]
    number = int(last.name[:4]) + 1
    assert new.name == f"{number:04}_add_widgets.py"
    assert f'revision = "{number:04}"\ndown_revision = "{last.name[:4]}"' in text
    revision(directory=str(project.folder), message="By hand")
    assert project.files()[-1].name == f"{number + 1:04}_by_hand.py"
    project.upgrade()


@pytest.mark.filterwarnings("ignore:Revision")
def test_it_refuses_two_migrations_with_one_number(project, caplog):
    last = project.files()[-1]
    twin = last.with_name(f"{last.name[:4]}_zzz.py")
    shutil.copy(last, twin)
    try:
        for command in (project.write, project.check, project.upgrade):
            with pytest.raises(SystemExit):
                command()
    finally:
        twin.unlink()
    assert caplog.text.count("has the revision of another file") == 3


def test_it_writes_what_the_linter_wants(project):
    project.table("widget", sa.Column("name", sa.String(20)), sa.Column("at", UTCDateTime))
    text = project.migrate()
    assert "'" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_it_fills_a_new_column_with_the_default_of_the_model(project, run):
    class Color(Enum):
        RED = "r"

    project.table("widget")
    project.migrate()
    run("INSERT INTO widget (id) VALUES (1)")
    project.table(
        "widget",
        sa.Column("name", sa.String(20), nullable=False, default="it's"),
        sa.Column("price", sa.Numeric(8, 2), nullable=False, default=5),
        sa.Column("is_old", sa.Boolean, nullable=False, default=True),
        sa.Column("tags", sa.JSON, nullable=False, default=list),
        sa.Column("color", sa.Enum(Color, native_enum=False), nullable=False, default=Color.RED),
    )
    project.migrate()
    assert run("SELECT name, price, is_old, color FROM widget") == [("it's", 5, True, "RED")]
    project.check()


def test_it_fills_a_new_column_with_nothing_and_asks(project, run, capsys):
    project.table("widget")
    project.migrate()
    run("INSERT INTO widget (id) VALUES (1)")
    widget = project.table(
        "widget",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.Column("at", UTCDateTime, nullable=False, default=now),
    )
    text = project.migrate()
    assert "# Rows that exist get '' as widget.name. Change it if that is wrong." in text
    assert "widget.name" in capsys.readouterr().out
    with db.engine.connect() as connection:
        [row] = connection.execute(sa.select(widget))
    assert (row.name, row._mapping["count"], bool(row.at.tzinfo)) == ("", 0, True)


def test_it_takes_two_steps_where_it_cannot_know(project, run):
    owner = project.table("widget_owner")
    project.table("widget")
    project.migrate()
    run("INSERT INTO widget_owner (id) VALUES (7)")
    run("INSERT INTO widget (id) VALUES (1)")
    project.table("widget", sa.Column("owner_id", ID, sa.ForeignKey(owner.c.id), nullable=False))
    text = project.write()
    assert text.index("nullable=True") < text.index("UPDATE widget SET owner_id")
    assert text.index("UPDATE widget SET owner_id") < text.index("nullable=False")
    file = project.files()[-1]
    file.write_text(re.sub(r"# Here give.*: (op.execute.*) = …", r"\1 = 7", text))
    project.upgrade()
    assert run("SELECT owner_id FROM widget") == [(7,)]
    project.check()


def test_it_can_undo_what_deletes_a_column_that_was_not_empty(project, run):
    project.table("widget", sa.Column("name", sa.String(20), nullable=False))
    project.migrate()
    run("INSERT INTO widget (id, name) VALUES (1, 'Alpha')")
    project.table("widget")
    project.migrate()
    project.undo()
    assert run("SELECT name FROM widget") == [("",)]
    project.upgrade()


def test_it_asks_whether_a_column_was_renamed(project, run):
    project.table("widget", sa.Column("name", sa.String(20)), sa.Column("at", UTCDateTime))
    project.migrate()
    run("INSERT INTO widget (id, name) VALUES (1, 'Alpha')")
    project.table("widget", sa.Column("title", sa.String(20)), sa.Column("at", UTCDateTime))
    text = project.write()
    assert "# Was widget.name renamed to title?" in text
    assert text.count("# Was") == 1
    [remedy] = re.findall(r"batch_op\.alter_column\(.*\)", text.replace("\n", ""))[:1]
    assert remedy.startswith('batch_op.alter_column("name", new_column_name="title")')
    project.upgrade()


def test_it_asks_whether_a_table_was_renamed(project):
    columns = "name", "place", "price"
    project.table("widget", *[sa.Column(name, sa.String(20)) for name in columns])
    project.migrate()
    project.remove("widget")
    project.table("widget_new", *[sa.Column(name, sa.String(20)) for name in columns])
    text = project.migrate()
    assert 'op.rename_table("widget", "widget_new")' in text


def test_it_makes_searchable_what_a_feature_searches(project, run, searches):
    project.table("widget", sa.Column("name", sa.String(20)))
    searches["widget"] = ["name"]
    text = project.migrate()
    assert 'fulltext.create_index(op, "widget", ["name"])' in text
    run("INSERT INTO widget (id, name) VALUES (1, 'Alpha')")
    project.check()
    project.table("widget", sa.Column("title", sa.String(20)))
    searches["widget"] = ["title"]
    project.migrate()
    project.check()
    del searches["widget"]
    assert 'fulltext.drop_index(op, "widget")' in project.migrate()
    project.check()


def test_it_lists_what_goes_with_a_table_and_can_bring_it_back(project, run, searches):
    def columns():
        return [
            sa.Column("name", sa.String(20), nullable=False),
            sa.Column("code", binary_collated(20)),
            sa.Column("at", UTCDateTime, nullable=False),
            sa.Column("data", sa.LargeBinary),
            sa.Column("tags", sa.JSON),
            sa.Column("on", sa.Date),
            sa.Column("is_old", sa.Boolean),
            sa.Index("ix_widget_name", "name"),
        ]

    options = {"sqlite_autoincrement": True}
    project.table("widget", *columns(), **options)
    searches["widget"] = ["name"]
    project.migrate()
    insert = "INSERT INTO widget (name, at) VALUES ('Alpha', '2026-01-01 00:00:00')"
    run(insert)
    project.remove("widget")
    del searches["widget"]
    text = project.migrate("drop widgets")
    for name in ("widget_search", "widget_search_insert", "widget_search_delete"):
        assert name in text
    assert "widget_search" not in sa.inspect(db.engine).get_table_names()
    project.check()
    project.forget()
    project.table("widget", *columns(), **options)
    searches["widget"] = ["name"]
    project.check()
    run(insert)
    if db.engine.dialect.name == "sqlite":
        assert run("SELECT id FROM widget") == [(2,)]
    # On the other database it would be the same.
    assert not re.search(
        r"sa\.(VARCHAR|INTEGER|DATETIME|TIMESTAMP|BLOB)|postgresql\.|sqlite\.", text
    )


def test_it_notices_that_a_table_may_give_ids_twice(project, run):
    project.table("widget", sa.Column("name", sa.String(20)))
    project.migrate()
    project.table("widget", sa.Column("name", sa.String(20)), sqlite_autoincrement=True)
    if db.engine.dialect.name == "sqlite":
        project.migrate()
        run("INSERT INTO widget (id) VALUES (7)")
        run("DELETE FROM widget")
        run("INSERT INTO widget (name) VALUES ('Alpha')")
        assert run("SELECT id FROM widget") == [(8,)]
    project.check()


@pytest.mark.parametrize(
    "nameless",
    [
        lambda: sa.CheckConstraint("name <> ''"),
        lambda: sa.Column("color", sa.Enum("red", native_enum=False, create_constraint=True)),
    ],
    ids=["check", "enum"],
)
def test_no_constraint_is_without_a_name(project, nameless):
    def add():
        project.table("widget", sa.Column("name", sa.String(20)), nameless())
        project.migrate()

    with pytest.raises(sa.exc.InvalidRequestError, match="explicitly named"):
        add()


def test_every_constraint_of_ours_has_a_name(project):
    unnamed = {
        (table, kind)
        for table in sa.inspect(db.engine).get_table_names()
        for kind, items in (
            ("foreign key", sa.inspect(db.engine).get_foreign_keys(table)),
            ("unique", sa.inspect(db.engine).get_unique_constraints(table)),
            ("check", sa.inspect(db.engine).get_check_constraints(table)),
        )
        for item in items
        if not item["name"] and not table.endswith("_search")
    }
    assert unnamed == set()
