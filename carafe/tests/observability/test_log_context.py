"""Whom and what a line of the log is about."""

import json
import logging
from pathlib import Path

import pytest

from carafe.auth import accounts, impersonation
from carafe.auth.marks import login_required
from carafe.auth.sessions import set_session_token
from carafe.database import db
from carafe.observability import logs, tracing
from carafe.testing.accounts import PASSWORD
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

FIELDS = {"password", "current_password", "csrf_token"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def signed_in(logging_app, alice, lines):
    def enter():
        browser = open_session(logging_app(), alice)
        lines()
        return browser

    return enter


def requests_of(lines):
    return [line for line in lines() if line["event"] == "request"]


def test_it_has_the_user_on_pages_and_from_the_log_in_on(logging_app, alice, lines):
    browser = Browser(logging_app().test_client())
    browser.get("/")
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    browser.get("/members")
    users = [(line["path"], line.get("user_id")) for line in requests_of(lines)]
    assert users == [
        ("/", None),
        ("/auth/login", None),
        ("/auth/login", alice.id),
        ("/members", alice.id),
    ]


def test_it_has_the_user_who_was_refused(signed_in, alice, lines):
    browser = signed_in()
    for path, status in {"/admin/": 403, "/nowhere": 404, "/things/4711": 404}.items():
        for headers in ({}, JSON):
            assert browser.get(path, headers=headers).status_code == status
            [line] = requests_of(lines)
            assert (line["status"], line["user_id"]) == (status, alice.id), path


def test_it_has_both_where_one_acts_as_the_other(logging_app, alice, carol, lines):
    made = logging_app()

    @made.post("/impersonation/<int:id>")
    @login_required
    def impersonate(id):
        user = db.session.get_one(User, id)
        token = impersonation.start(user, reason="To help", may_write=False, back="/")
        db.session.commit()
        set_session_token(token, clear=True)
        return ""

    browser = open_session(made, carol)
    browser.post(f"/impersonation/{alice.id}", {"csrf_token": browser.token()})
    lines()
    browser.get("/members")
    [line] = requests_of(lines)
    assert (line["user_id"], line["impersonator_id"]) == (alice.id, carol.id)


def test_it_has_no_user_where_a_visitor_is_refused(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    assert browser.get("/members", headers=JSON).status_code == 401
    [line] = requests_of(lines)
    assert "user_id" not in line


def test_it_has_the_user_on_lines_about_a_bug(logging_app, alice, lines):
    made = logging_app()
    break_it = made.view_functions["broken"]
    made.add_url_rule("/closed/<token>", view_func=lambda token: break_it(token))
    browser = Browser(made.test_client())
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    lines()
    browser.get("/closed/x")
    assert [(line["level"], line["user_id"]) for line in lines()] == [
        ("error", alice.id),
        ("info", alice.id),
    ]


def test_it_has_the_job_and_the_request_that_asked_for_it(logging_app, lines):
    made = logging_app()

    @made.get("/enqueue")
    def enqueue():
        return tracing.propagation_headers()

    made.view_functions["enqueue"].policy = made.view_functions["broken"].policy
    answer = made.test_client().get("/enqueue")
    carrier = json.loads(answer.text)
    lines()
    with logs.bind(job="digest", job_id=7), tracing.job("digest", carrier):
        logging.getLogger("carafe.jobs").warning("slow")
    logging.getLogger("carafe.jobs").warning("between two jobs")
    inside, outside = lines()
    assert (inside["job"], inside["job_id"]) == ("digest", 7)
    assert inside["request_id"] == answer.headers["X-Request-ID"]
    assert not {"job", "job_id"} & outside.keys()


def test_it_hides_what_stands_under_a_telling_name(logging_app, lines):
    logging_app()
    lines()
    extra_fields = {
        "password": "zebra", "new_password": "zebra", "reset_token": "zebra", "Cookie": "zebra",
        "Authorization": "zebra", "SECRET_KEY": "zebra", "headers": {"Set-Cookie": "zebra"},
        "request_id": "kept", "path": "/kept",
    }  # fmt: skip
    logging.getLogger("x").error("done", extra=extra_fields)
    [line] = lines()
    assert "zebra" not in json.dumps(line)
    assert (line["request_id"], line["path"]) == ("kept", "/kept")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_it_hides_what_a_traceback_says_of_a_form(log_format, app, logging_app, logged):
    made = logging_app(LOG_FORMAT=log_format)

    @made.post("/quote")
    def quote():
        from flask import request

        raise ValueError(f"invalid literal: {request.form['pet']!r} {'aB3_' * 10} $argon2id$v=19$x")

    made.view_functions["quote"].policy = made.view_functions["broken"].policy
    browser = Browser(made.test_client())
    logged()
    fields = {"pet": "zebra's \x07", "csrf_token": browser.token()}
    assert browser.post("/quote", fields).status_code == 500
    text = logged()
    assert "ValueError: invalid literal" in text
    assert "in quote" in text
    for hidden in ("zebra", "aB3_aB3_", "argon2", fields["csrf_token"]):
        assert hidden not in text


def test_it_names_no_secret_of_a_whole_walk(logging_app, app, logged):
    """Everything that opens a door, from registering to a magic link."""
    made = logging_app(MAGIC_LINK=True)
    mailbox = Mailbox(Path(app.instance_path) / "mail", made)
    browser, new, secrets = Browser(made.test_client()), "fiona@example.com", set[str]()

    def submit(path, action=None, **fields):
        form = browser.fill(path, action)
        answer = browser.send(form, fields)
        assert answer.status_code in (303, 422), (path, answer.status_code)
        values = {k: v for k, v in (form.fields | fields).items() if k in FIELDS}
        secrets.update(values.values(), (value for _, value in browser.cookies()))

    def follow(address, **fields):
        path = mailbox.link(address)
        secrets.add(path.rpartition("/")[2])
        submit(path, **fields)

    submit("/auth/register", email=new, password="zebras in a register")
    follow(new)
    browser.submit("/members", action="/auth/logout")
    submit("/auth/login", email=new, password="zebras in a hurry")
    submit("/auth/login", email=new, password="zebras in a register")
    browser.get("/members")
    browser.get("/broken/x")
    submit("/account/password", current_password="zebras", password="zebras in a change")
    browser.submit("/members", action="/auth/logout")
    submit("/auth/reset", email=new)
    follow(new, password="zebras in a reset")
    with made.test_request_context(method="POST"):
        accounts.request_magic_link(new)
    follow(new)

    text = logged()
    assert text.count('"event": "request"') >= 20
    assert len(secrets) >= 20
    assert "zebras" not in text
    assert [secret for secret in secrets if secret and secret in text] == []
