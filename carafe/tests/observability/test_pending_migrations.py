"""The page that stands in for all others while migrations are pending, in development."""

import shutil

import pytest
from flask_migrate import downgrade
from sqlalchemy import inspect, text

from carafe.database import db, fulltext, migrations
from carafe.testing.apps import another_app
from carafe.testing.database import empty_database
from carafe.testing.http import Browser
from carafe.testing.rules import pages

BUTTON = "/dev/migrations"


@pytest.fixture
def url(database_url, tmp_path):
    with empty_database(database_url, tmp_path) as address:
        yield address


@pytest.fixture
def development(app, url):
    settings = {"APP_ENV": "development", "LOG_LEVEL": "CRITICAL", "DATABASE_URL": url}
    with another_app(app, **settings, TRUSTED_HOSTS=["localhost", "laptop.example"]) as made:
        yield made


@pytest.fixture
def developer(development):
    return Browser(development.test_client())


@pytest.fixture
def scripts(development, tmp_path, monkeypatch):
    """A copy of the migrations that a test may change; adds one with a body."""
    folder = tmp_path / "migrations"
    original = development.config["MIGRATIONS_FOLDER"]
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with development.app_context():
        head = migrations.head_revision()
    monkeypatch.setitem(development.config, "MIGRATIONS_FOLDER", str(folder))
    yield lambda body: (folder / "versions" / "9999_next.py").write_text(
        '"""Give users a motto"""\n'
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision = '9999'\ndown_revision = {head!r}\n"
        f"def upgrade():\n{body}"
    )
    monkeypatch.undo()
    migrations.head_revision.cache_clear()


@pytest.fixture
def tables(development):
    def read_warnings() -> set[str]:
        with development.app_context():
            return set(inspect(db.engine).get_table_names())

    return read_warnings


def run(developer, page, **fields):
    return developer.send(developer.form(page, BUTTON), fields)


def test_an_empty_database_is_filled_by_a_button_that_leads_back(developer, tables):
    with developer.client.session_transaction() as cookie:
        cookie["_user_id"] = "a session that was there once"
    page = developer.get("/auth/login?next=/things/")
    assert page.status_code == 503
    assert "Migrations are pending" in page.text
    assert "0001" in page.text
    answer = run(developer, page)
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/things/")
    assert {"user", "session", "alembic_version"} <= tables()
    assert developer.get(answer.location).status_code == 200


def test_it_stands_in_for_every_page_but_not_for_health_and_files(developer, development):
    spared = {"/livez", "/readyz", "/metrics"}
    for path, _, _ in pages(development):
        page = developer.get(path, headers={"Accept": "text/html"}).text
        assert ("Migrations are pending" in page) == (path not in spared), path
    assert "Migrations are pending" in developer.get("/no-such-page").text
    assert developer.get("/livez").status_code == 200
    assert developer.get("/readyz").json["checks"]["migrations"]["ok"] is False
    assert developer.get("/static/carafe/app.js").status_code == 200


def test_a_program_is_told_in_json(developer):
    answer = developer.get("/", headers={"Accept": "application/json"})
    assert (answer.status_code, "flask db upgrade" in answer.json["detail"]) == (503, True)


def test_a_form_that_was_being_sent_leads_back_to_its_page(developer):
    page = developer.post("/auth/login", headers={"Referer": "http://localhost/auth/login"})
    assert run(developer, page).location == "/auth/login"


def test_a_form_from_nowhere_leads_to_the_start(developer):
    for send in (developer.post, developer.client.head):
        assert send("/auth/login", headers={"Referer": "http://["}).status_code == 503
    page = developer.post("/auth/login", headers={"Referer": "http://["})
    assert run(developer, page).location == "/"


def test_it_leads_nowhere_else(developer):
    answer = run(developer, developer.get("/"), next="https://evil.example/")
    assert answer.location == "/"


@pytest.mark.parametrize(
    "options",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"base_url": "http://laptop.example"},
    ],
    ids=["from another machine", "by another name"],
)
def test_nobody_runs_them(options, developer, tables):
    page = developer.get("/", **options)
    assert page.status_code == 503
    assert "flask db upgrade" in page.text
    assert "<form" not in page.text
    fields = developer.form(developer.get("/"), BUTTON).fields
    assert developer.post(BUTTON, fields, **options).status_code in (400, 403)
    assert tables() == set()


def test_a_name_of_somebody_else_is_refused(developer, tables):
    fields = developer.form(developer.get("/"), BUTTON).fields
    for page in (
        developer.get("/", base_url="http://rebound.example"),
        developer.post(BUTTON, fields, base_url="http://rebound.example"),
    ):
        assert (page.status_code, "TRUSTED_HOSTS=" in page.text) == (400, True)
        assert "Migrations are pending" not in page.text
    assert tables() == set()


def test_no_other_site_runs_them(developer, tables):
    form = developer.form(developer.get("/"), BUTTON)
    answer = developer.send(form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in (403, 503)
    assert developer.post(BUTTON).status_code in (400, 503)
    assert tables() == set()


def test_a_new_migration_is_noticed(developer, scripts):
    run(developer, developer.get("/"))
    assert developer.get("/").status_code == 200
    scripts("    op.add_column('user', sa.Column('motto', sa.String(50)))\n")
    page = developer.get("/things/")
    assert page.status_code == 503
    assert "Give users a motto" in page.text
    assert "0001" not in page.text
    assert run(developer, page).status_code == 303
    assert developer.get("/").status_code == 200
    assert developer.get("/readyz").json["checks"]["migrations"] == {"ok": True}


def test_a_migration_that_fails_is_shown_and_has_not_happened(developer, scripts, development):
    run(developer, developer.get("/"))
    scripts("    op.add_column('user', sa.Column('motto', sa.String(50)))\n    1 / 0\n")
    answer = run(developer, developer.get("/things/"))
    assert answer.status_code == 503
    assert "ZeroDivisionError" in answer.text
    with development.app_context():
        assert "motto" not in {column["name"] for column in inspect(db.engine).get_columns("user")}
    scripts("    op.add_column('user', sa.Column('motto', sa.String(50)))\n")
    assert run(developer, answer).location == "/things/"


def test_files_that_make_no_sense_are_told(developer, scripts):
    run(developer, developer.get("/"))
    scripts("    nonsense(\n")
    page = developer.get("/")
    assert (page.status_code, "SyntaxError" in page.text) == (503, True)
    assert "<form" not in page.text


def test_a_database_of_another_branch_is_told(developer, development):
    run(developer, developer.get("/"))
    with development.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'theirs'"))
        db.session.commit()
    development.extensions["migrations_seen"].stamp = None
    page = developer.get("/")
    assert (page.status_code, "theirs" in page.text, "<form" in page.text) == (503, True, False)


def test_a_table_that_went_missing_is_noticed(developer, development):
    run(developer, developer.get("/"))
    credentials = {"email": "alice@example.com", "password": "wrong, and long"}
    form = developer.fill("/auth/login")
    with development.app_context():
        downgrade(revision="base")
    page = developer.send(form, credentials, headers={"Referer": "http://localhost/auth/login"})
    assert page.status_code == 503
    assert run(developer, page).location == "/auth/login"
    assert developer.get("/auth/login").status_code == 200


def test_it_is_there_in_development_alone(visitor):
    assert visitor.post(BUTTON, {"csrf_token": visitor.token()}).status_code == 404


def test_a_table_that_no_migration_creates_is_named_with_the_remedy(developer, development):
    run(developer, developer.get("/auth/login"))
    with development.app_context(), db.engine.begin() as connection:
        fulltext.drop(connection, "user")
    page = developer.get("/auth/login")
    assert page.status_code == 503
    assert "user_search" in page.text
    assert "flask db migrate" in page.text
    with development.app_context(), db.engine.begin() as connection:
        fulltext.create(connection, "user", ["email", "name"])
    assert developer.get("/auth/login").status_code == 200
