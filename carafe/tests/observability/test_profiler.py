"""Profiles of pages, in development."""

import re

import pytest

from carafe.config import ROOT
from carafe.observability import profiler
from carafe.observability.profiler.tree import build_tree
from carafe.testing.accounts import PASSWORD

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def signed_in(developer, alice):
    fields = {"email": alice.email, "password": PASSWORD}
    assert developer.submit("/auth/login", fields).status_code == 303
    return developer


def profile(browser, path, **options):
    """Return the report that a browser is led to."""
    response = browser.get(path, **options)
    assert response.status_code == 303
    assert response.location.startswith("/dev/profiles/")
    return browser.get(response.location)


def test_it_shows_sql_templates_and_python(signed_in):
    page = profile(signed_in, "/members?_profile")
    assert page.status_code == 200
    assert "GET /members" in page.text
    for label in ("SQL", "Templates", "Python"):
        assert re.search(rf"<dt>{label}</dt><dd>\d+\.\d ms</dd>", page.text)
    assert "FROM session" in page.text


def test_it_shows_the_calls(signed_in):
    page = profile(signed_in, "/members?_profile")
    assert re.search(r"<strong>\d+%</strong> \d+\.\d ms <code>Flask\.wsgi_app</code>", page.text)


def test_it_keeps_the_other_arguments(developer):
    assert (
        "GET /auth/login?next=%2Fmembers"
        in profile(developer, "/auth/login?_profile&next=/members").text
    )


def test_it_profiles_what_a_form_submits(developer, alice):
    path = "/auth/login?_profile=submit"
    form = developer.fill(path)
    fields = {"email": alice.email, "password": PASSWORD}
    response = developer.send(form, fields)
    assert response.location.startswith("/dev/profiles/")
    page = developer.get(response.location)
    assert "POST /auth/login" in page.text
    assert "303 SEE OTHER" in page.text
    # The cookies of the response are kept: the user is logged in.
    assert developer.get("/members").status_code == 200


def test_a_failing_page_has_a_profile_too(developer):
    assert "404 NOT FOUND" in profile(developer, "/nowhere?_profile").text


def test_its_page_has_nothing_inline(signed_in):
    response = signed_in.get("/members?_profile")
    page = signed_in.get(response.location, environ_overrides={})
    body = page.text.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in body
    assert " style=" not in body


@pytest.mark.parametrize(
    "options", [{"environ_overrides": ELSEWHERE}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}]
)
def test_it_is_for_this_machine_alone(options, developer):
    assert developer.get("/auth/login?_profile", **options).status_code == 200
    assert developer.get("/dev/profiles/", **options).status_code == 403


def test_it_is_there_in_development_alone(visitor):
    assert visitor.get("/auth/login?_profile").status_code == 200
    assert visitor.get("/dev/profiles/").status_code == 404


def test_it_says_what_to_install(developer, development, monkeypatch):
    monkeypatch.setattr(development.extensions["profiler"], "is_installed", False)
    monkeypatch.setattr(profiler, "IS_INSTALLED", False)
    page = profile(developer, "/?_profile")
    assert "bin/setup --with dev" in page.text


def test_it_says_that_a_profile_is_gone(developer):
    page = developer.get("/dev/profiles/0000")
    assert page.status_code == 404
    assert "Profile the page again." in page.text


FLASK = "/x/site-packages/flask/app.py"
VIEWS = str(ROOT / "app/notes/views.py")


def frame(function, time, *children, path=FLASK):
    return {
        "function": function,
        "file_path": path,
        "line_no": 7,
        "time": time,
        "children": list(children),
    }


def test_the_tree_leaves_out_what_only_passes_on_and_what_is_inside_libraries():
    execute = frame("execute", 0.05, frame("deeper", 0.05))
    view = frame("index", 0.09, execute, frame("tiny", 0.0001), path=VIEWS)
    root = build_tree(frame("root", 0.1, frame("wsgi_app", 0.1, frame("dispatch", 0.095, view))))
    [call] = root.children
    assert (call.name, call.place) == ("index", "app/notes/views.py:7")
    assert call.share == pytest.approx(0.9)
    [call] = call.children
    assert (call.name, call.children) == ("execute", [])


@pytest.mark.parametrize(
    ("path", "kind", "place"),
    [
        (VIEWS, "app", "app/notes/views.py:7"),
        (str(ROOT / "carafe/web/urls.py"), "engine", "carafe/web/urls.py:7"),
        (str(ROOT / "carafe/database/sqlite.py"), "sql", "carafe/database/sqlite.py:7"),
        ("/x/app/notes/templates/notes/index.html", "template", "notes/index.html"),
        ("/x/site-packages/sqlalchemy/engine/base.py", "sql", "sqlalchemy/engine/base.py:7"),
        (FLASK, "library", "flask/app.py:7"),
    ],
)
def test_the_tree_says_whose_code_it_is(path, kind, place):
    node = build_tree(frame("f", 1, path=path))
    assert (node.kind, node.place) == (kind, place)
