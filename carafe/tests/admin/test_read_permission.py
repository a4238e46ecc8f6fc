"""Whoever may change rows, but not see them, learns nothing of them by trying to."""

import pytest

from carafe.auth.permissions import ADMIN
from carafe.jobs.worker import run_due
from carafe.testing.imports import Importer
from carafe.testing.routes import routes

pytestmark = pytest.mark.any_database


@pytest.fixture
def blind(app, make_user, sign_in, monkeypatch):
    """Return the browser of a user with every permission except to read these lists."""

    def enter(*names):
        granted = app.extensions["permissions"]
        others = granted[ADMIN] - {f"{name}.read" for name in names}
        monkeypatch.setitem(granted, "staff", others)
        return sign_in(make_user("dora@example.com", role="staff"))

    return enter


def test_no_page_about_rows_is_for_who_may_not_read_them(app, alice, blind):
    browser = blind("users")
    fields = {"csrf_token": browser.token(), "title": "", "role": "user", "_seen": "x"}
    tried = 0
    for route in routes(app, number=alice.id):
        if route.path.startswith("/admin/users/"):
            answer = route.open(browser, data=fields)
            assert answer.status_code == 403, str(route)
            assert alice.email not in answer.text
            tried += route.changes
    assert tried >= 2


def test_an_import_tells_nobody_who_has_an_account(alice, blind):
    """A bad row says that there is no such address."""
    browser = blind("users")
    assert "Import" not in browser.get("/admin/things/").text
    assert browser.get("/admin/things/imports/").status_code == 403


def test_an_import_stops_when_who_began_it_may_no_longer_read(
    app, alice, carol, sign_in, monkeypatch
):
    importer = Importer(app, sign_in(carol), "/admin/things/")
    importer.check(f"title,user.email\na,{alice.email}\n")
    importer.send("rows", {"mode": "all"})
    granted = app.extensions["permissions"]
    monkeypatch.setitem(granted, ADMIN, granted[ADMIN] - {"things.read"})
    run_due(app)
    monkeypatch.undo()
    assert "Nothing was imported" in importer.look()
