"""Who may look at how the app runs: admins, and not the staff."""

import pytest
from sqlalchemy import text

from carafe.database import db
from carafe.observability import recorder, store
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.tests.admin.operations.conftest import FINGERPRINT

LISTS = ["/admin/requests/", "/admin/queries/", "/admin/exceptions/", "/admin/health/"]
PAGES = [
    *LISTS,
    "/admin/requests/account.index",
    f"/admin/queries/{FINGERPRINT}",
    f"/admin/exceptions/{FINGERPRINT}",
]


POOR = """
CREATE ROLE poor;
GRANT USAGE ON SCHEMA public TO poor;
GRANT ALL ON ALL TABLES IN SCHEMA public TO poor;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO poor;
"""


@pytest.fixture
def poor_app(app):
    """An app that may not make a schema, nor use the one that is there."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite there are no users")
        url = db.engine.url.update_query_dict({"options": "-c role=poor"})
        with db.engine.begin() as connection:
            connection.execute(text(POOR))
    try:
        address = url.render_as_string(hide_password=False)
        with another_app(app, DATABASE_URL=address, RECORDER_SAMPLE_RATE=1.0) as made:
            yield made
            store.get_store(made).close()
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DROP OWNED BY poor; DROP ROLE poor"))


@pytest.fixture
def recorded(keep):
    keep("statement")
    keep("exception")


def test_it_asks_visitors_to_log_in(recorded, visitor):
    for path in PAGES:
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")


def test_it_forbids_users_and_staff_every_page(recorded, alice, sam, sign_in):
    for user in (alice, sam):
        browser = sign_in(user)
        assert {browser.get(path).status_code for path in PAGES} == {403}


def test_it_shows_administrators_every_page(recorded, carols):
    assert {carols.get(path).status_code for path in PAGES} == {200}
    menu = carols.get("/admin/").text
    assert all(f'href="{path}"' in menu for path in LISTS)


def test_it_shows_the_menu_to_administrators_alone(sam, sign_in):
    menu = sign_in(sam).get("/admin/").text
    assert not any(f'href="{path}"' in menu for path in LISTS)


@pytest.mark.parametrize("name", ["unknown", "%00", "a" * 5000, "..", "%F0%9F%8D%B7"])
def test_what_nobody_recorded_is_not_there(name, recorded, carols):
    for path in ("/admin/requests/", "/admin/queries/", "/admin/exceptions/"):
        assert carols.get(path + name).status_code == 404
    token = carols.token()
    answer = carols.post(f"/admin/exceptions/{name}/delete", {"csrf_token": token})
    assert answer.status_code == 404


def test_it_says_what_is_missing_where_nothing_can_be_kept(poor_app, carol, caplog):
    browser = Browser(poor_app.test_client())
    browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code == (200 if "health" in path else 503), path
        assert "permission denied" in answer.text
        assert "CREATE SCHEMA observations AUTHORIZATION" in answer.text
        recorder.flush(poor_app)
    assert caplog.text.count("CREATE SCHEMA") == 1
