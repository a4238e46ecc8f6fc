"""The page of a statement: how the database goes about it, and which index would help."""

import re
from html import unescape

import pytest
from sqlalchemy import bindparam, delete, func, select, text, update

from carafe.database import db
from carafe.tests.admin.operations.conftest import FINGERPRINT, widget
from carafe.tests.site.models import User

LARGE, SMALL = 2000, 3
by_kind = widget.c.kind == bindparam("kind", type_=widget.c.kind.type)
other = widget.alias("other")


@pytest.fixture
def plan_of(app, keep, carols):
    """What the page of a statement says about its plan."""
    saved: dict[str, str] = {}

    def look(statement):
        with app.app_context():
            sql = statement if isinstance(statement, str) else str(statement.compile(db.engine))
        if sql not in saved:
            saved[sql] = f"{len(saved):032x}"
            keep("statement", sql=sql, fingerprint=saved[sql])
        answer = carols.get(f"/admin/queries/{saved[sql]}")
        assert answer.status_code == 200
        return unescape(answer.text.split("<h2>Plan</h2>")[1].split("</main>")[0])

    return look


@pytest.fixture
def run(app):
    def execute(statement):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text(statement))

    return execute


def index_in(page):
    index = re.search(r"Index\((.*?)\)", page)
    return index and [name.strip('"') for name in index[1].split(", ")][1:]


SLOW = {
    "what it compares": (select(widget.c.id, widget.c.weight).where(by_kind), ["kind"]),
    "what it compares and then a range": (
        select(widget.c.maker_id).where(widget.c.weight > 5, by_kind),
        ["kind", "weight"],
    ),
    "what it compares and then its order": (
        select(widget.c.maker_id).where(by_kind).order_by(widget.c.weight.desc()).limit(5),
        ["kind", "weight"],
    ),
    "its order alone": (
        select(widget.c.maker_id).order_by(widget.c.weight).limit(5),
        ["weight"],
    ),
    "what it joins": (
        select(other.c.weight).join_from(widget, other, other.c.maker_id == widget.c.id)
        .where(widget.c.id == 1),
        ["maker_id"],
    ),
    "what it compares, not what it wants the largest of": (
        select(func.max(widget.c.id)).where(by_kind),
        ["kind"],
    ),
    "what a change looks for": (update(widget).where(by_kind).values(weight=1), ["kind"]),
    "what a deletion looks for": (delete(widget).where(by_kind), ["kind"]),
    "what a deletion looks for in the same table": (
        "DELETE FROM widget WHERE id IN (SELECT id FROM widget WHERE kind = 'k1' LIMIT 10)",
        ["kind"],
    ),
    "what a WITH looks for": (
        "WITH x AS (SELECT weight FROM widget WHERE kind = 'k1') SELECT max(weight) FROM x",
        ["kind"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SLOW)
def test_it_names_an_index_on(what, stocked, plan_of, run):
    statement, columns = SLOW[what]
    stocked(LARGE)
    page = plan_of(statement)
    assert "full scan" in page
    assert index_in(page) == columns
    [create] = re.findall(r"CREATE INDEX .*\)", page)
    assert create == f"CREATE INDEX ix_widget_{'_'.join(columns)} ON widget ({', '.join(columns)})"
    run(create)
    page = plan_of(statement)
    assert "badge-warning" not in page
    assert "CREATE INDEX" not in page


HOPELESS = {
    "everything": (select(widget.c.id, widget.c.weight), "reads whole tables"),
    "everything in order": (select(widget.c.id).order_by(widget.c.kind), "reads whole tables"),
    "what contains something": (select(widget.c.id).where(widget.c.kind.contains("x")), "No index"),
    "what a function makes": (
        select(widget.c.id).where(func.abs(widget.c.weight) == 1),
        "No index",
    ),
    "one or the other": (select(widget.c.id).where(by_kind | (widget.c.weight == 1)), "No index"),
}


@pytest.mark.parametrize("what", HOPELESS)
def test_it_names_no_index_for(what, stocked, plan_of):
    stocked(LARGE)
    statement, reason = HOPELESS[what]
    page = plan_of(statement)
    assert "full scan" in page
    assert reason in page
    assert "CREATE INDEX" not in page


def test_it_finds_a_small_table_fine(stocked, plan_of):
    stocked(SMALL)
    page = plan_of(select(widget.c.maker_id).where(by_kind))
    assert "fine: widget has 3 rows" in page
    assert "badge-warning" not in page
    assert "CREATE INDEX" not in page


def test_it_finds_a_few_rows_of_a_large_table_fine(stocked, plan_of):
    stocked(LARGE)
    page = plan_of(select(widget).limit(5))
    assert "OK: stops at the limit" in page
    assert "badge-warning" not in page
    assert "CREATE INDEX" not in page


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(kind) FROM widget LIMIT 1",
        "SELECT kind FROM widget GROUP BY kind LIMIT 1",
        "SELECT a.id FROM widget AS a JOIN widget AS b ON b.weight > a.weight + 100 LIMIT 5",
        "SELECT a.id, (SELECT count(b.kind) FROM widget AS b LIMIT 1) FROM widget AS a LIMIT 5",
    ],
)
def test_it_is_not_fooled_by_a_limit_of(sql, stocked, plan_of):
    stocked(LARGE)
    assert "badge-warning" in plan_of(sql)


def test_it_names_an_index_though_another_has_the_column_second(stocked, plan_of, run):
    stocked(LARGE)
    run("CREATE INDEX ix_widget_kind_maker_id ON widget (kind, maker_id)")
    page = plan_of("SELECT weight FROM widget WHERE maker_id = 1")
    assert "full scan" in page
    assert index_in(page) == ["maker_id"]


def test_it_finds_a_partial_index_fine(stocked, plan_of, run):
    stocked(LARGE)
    run("CREATE INDEX ix_widget_queued ON widget (id) WHERE kind = 'queued'")
    page = plan_of("SELECT id FROM widget WHERE kind = 'queued' ORDER BY id LIMIT 5")
    assert "ix_widget_queued" in page
    assert "full scan" not in page


def test_it_knows_a_table_by_its_schema(app, stocked, plan_of):
    stocked(LARGE)
    with app.app_context():
        schema = "main" if db.engine.dialect.name == "sqlite" else "public"
    assert "full scan" in plan_of(f"SELECT id FROM {schema}.widget WHERE kind = 'k1'")


def test_it_does_not_wait_for_a_table_that_is_locked(app, stocked, plan_of, keep, carols):
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("no plan of SQLite's waits for a lock")
    stocked(SMALL)
    sql = "SELECT id FROM widget WHERE kind = 'k1'"
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("LOCK TABLE widget IN ACCESS EXCLUSIVE MODE"))
        assert "lock timeout" in plan_of(sql)
        keep("statement", sql=sql, max_us=10**8)
        page = carols.get("/admin/queries/")
    assert page.status_code == 200
    assert "widget" in page.text


def test_it_finds_the_largest_of_all_fine(stocked, plan_of):
    stocked(LARGE)
    page = plan_of(select(func.max(widget.c.id)))
    assert "badge-warning" not in page


def test_it_leaves_no_trace(app, stocked, plan_of):
    stocked(LARGE)
    plan_of(update(widget).where(by_kind).values(weight=-1))
    plan_of(delete(widget).where(by_kind))
    with app.app_context(), db.engine.connect() as connection:
        count = select(func.count()).select_from(widget)
        assert connection.scalar(count) == LARGE
        assert connection.scalar(count.where(widget.c.weight == -1)) == 0
        names = {"postgresql": "SELECT indexname FROM pg_indexes WHERE tablename = 'widget'"}
        default = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'widget'"
        indexes = connection.scalars(text(names.get(db.engine.dialect.name, default))).all()
        assert not [name for name in indexes if name.startswith("ix_")]


def test_it_shows_the_plan_that_was_kept_of_a_table_that_is_gone(app, keep, carols):
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
    plan = (
        '[[2, 0, 0, "SCAN widget"]]'
        if sqlite
        else '[{"Plan": {"Node Type": "Seq Scan", "Relation Name": "widget"}}]'
    )
    keep(
        "statement", sql="SELECT id FROM widget WHERE kind = 1", plan=plan, planned_at=1_700_000_000
    )
    page = carols.get(f"/admin/queries/{FINGERPRINT}").text
    assert "Can't show a current plan" in page
    assert "Nov 14, 2023" in page
    assert "full scan" in page
    assert "CREATE INDEX" not in page


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; COMMIT; DROP TABLE widget",
        "PRAGMA user_version = 7",
        "nonsense",
        "SELECT 'x",
        "((((",
        "%(a)s ? $1",
    ],
)
def test_it_plans_nothing_that_is_no_statement(sql, app, stocked, plan_of):
    stocked(SMALL)
    assert "Can't show a current plan" in plan_of(sql)
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(widget)) == SMALL


def test_it_knows_the_statements_of_the_app(plan_of):
    page = plan_of(select(User.id).where(User.email == bindparam("email", type_=User.email.type)))
    assert "email" in page
    # PostgreSQL may know in the meantime that there is one row.
    assert "full scan" not in page or "fine: user has 1 row" in page
