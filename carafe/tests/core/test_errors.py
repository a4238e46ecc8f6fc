"""Error pages, and problem details for programs."""

import errno

import pytest
from flask import abort
from sqlalchemy.orm.exc import StaleDataError

from carafe.database import db, write_transaction
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.server import migrated_database
from carafe.tests.site.models import User
from carafe.web.routing import public

CODES = [400, 401, 403, 404, 405, 409, 411, 413, 422, 429, 500, 503]
JSON = {"Accept": "application/json"}


@public
def fail(code):
    if code == 1:
        raise StaleDataError
    if code == 2:
        raise RuntimeError("the secret reason")
    if code == 3:
        raise OSError(errno.ENOSPC, "No space left on device", "/var/lib/carafe/x")
    if code == 4:
        raise FileNotFoundError(errno.ENOENT, "No such file", "/var/lib/carafe/x")
    abort(code)


@public
def twice():
    with write_transaction():
        for _ in range(2):
            db.session.add(User(email="same@example.com", password_hash="x"))
        db.session.commit()


@public
def reach():
    return {"users": db.session.query(User).count()}


@public
def explain():
    abort(403, "Only on <b>Sundays</b>.")


@pytest.fixture(scope="module")
def failing_app(application, tmp_path_factory):
    file = tmp_path_factory.mktemp("failing") / "app.db"
    file.write_bytes(migrated_database())
    with another_app(
        application, DATABASE_URL=f"sqlite:///{file}", PROPAGATE_EXCEPTIONS=False
    ) as made:
        made.add_url_rule("/fail/<int:code>", view_func=fail)
        made.add_url_rule("/api/fail/<int:code>", "api", fail)
        made.add_url_rule("/twice", view_func=twice)
        made.add_url_rule("/reach", view_func=reach)
        made.add_url_rule("/explain", view_func=explain)
        yield made


@pytest.fixture
def failing(app, failing_app):
    return Browser(failing_app.test_client())


def assert_page(answer, code) -> None:
    assert answer.status_code == code
    assert answer.content_type == "text/html; charset=utf-8"
    assert 'class="site-header"' in answer.text
    assert f">{code}<" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def assert_problem(answer, code) -> None:
    assert answer.status_code == code
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert set(problem) == {"type", "title", "status", "detail", "request_id"}
    assert problem["status"] == code
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("code", CODES)
def test_it_has_a_page_and_a_problem_for_each(code, failing):
    assert_page(failing.get(f"/fail/{code}"), code)
    assert_problem(failing.get(f"/fail/{code}", headers=JSON), code)
    assert_problem(failing.get(f"/api/fail/{code}"), code)


@pytest.mark.parametrize(
    ("accept", "is_problem"),
    [
        ("*/*", False),
        ("", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("application/json;q=0.5, text/html", False),
        ("application/json, text/html;q=0.5", True),
        ("application/problem+json", True),
        ("application/json, text/plain, */*", True),
        ("nonsense;;;q=x", False),
    ],
)
def test_it_answers_what_the_client_prefers(accept, is_problem, failing):
    answer = failing.get("/fail/404", headers={"Accept": accept})
    (assert_problem if is_problem else assert_page)(answer, 404)


def test_it_says_nothing_of_what_broke(failing):
    for headers in ({}, JSON):
        answer = failing.get("/fail/2", headers=headers)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "RuntimeError" not in answer.text


def test_it_calls_a_broken_constraint_a_conflict(failing):
    assert_page(failing.get("/twice"), 409)
    assert_problem(failing.get("/twice", headers=JSON), 409)
    # Nothing is half written, and the connection is good for the next.
    assert failing.get("/reach").json == {"users": 0}


def test_it_calls_a_lost_race_a_conflict(failing):
    assert_page(failing.get("/fail/1"), 409)


def test_it_escapes_and_shows_what_the_view_says(failing):
    assert "Only on &lt;b&gt;Sundays&lt;/b&gt;." in failing.get("/explain").text
    assert failing.get("/explain", headers=JSON).json["detail"] == "Only on <b>Sundays</b>."


def test_it_says_which_methods_work(failing):
    answer = failing.client.put("/auth/login")
    assert_page(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_it_answers_head_like_get_without_the_page(failing):
    for path in ("/", "/fail/404", "/fail/500", "/auth/login"):
        got, head = failing.get(path), failing.client.head(path)
        assert head.status_code == got.status_code
        assert head.content_type == got.content_type
        assert head.data == b""


def test_it_answers_options(failing, alice, sign_in):
    answer = failing.client.options("/auth/login")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert sign_in(alice).client.options("/members").status_code == 200


def test_it_asks_programs_to_log_in_with_401(visitor):
    assert_problem(visitor.get("/members", headers=JSON), 401)


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/\u202e", "/" + "x" * 5000, "/a%0d%0aSet-Cookie:x=1", "//evil"]
)
def test_it_answers_odd_paths_below_500(path, visitor):
    answer = visitor.get(path)
    assert answer.status_code in (301, 308, 400, 404)
    assert "Set-Cookie" not in answer.headers


def test_it_is_unavailable_while_the_disk_is_full(failing):
    answer = failing.get("/fail/3")
    assert_page(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert "/var/lib" not in answer.text
    assert_problem(failing.get("/fail/3", headers=JSON), 503)
    assert_page(failing.get("/fail/4"), 500)
