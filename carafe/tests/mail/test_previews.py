"""Previews of every mail, in development."""

import re

import pytest
from jinja2 import StrictUndefined

from carafe.config import ROOT
from carafe.mail import previews

pytestmark = pytest.mark.any_database

NAMES = sorted(
    f"{folder.parent.parent.name}.{folder.name}"
    for folder in ROOT.glob("carafe/templates/*/emails/*")
)


def test_every_mail_has_one(developer):
    names = re.findall(r'href="/dev/previews/([^"/]+)"', developer.get("/dev/previews").text)
    assert sorted(names) == NAMES


def test_each_is_given_all_that_its_templates_ask_for(developer, development, monkeypatch):
    monkeypatch.setattr(development.jinja_env, "undefined", StrictUndefined)
    for name in NAMES:
        html = developer.get(f"/dev/previews/{name}/html")
        assert html.status_code == 200, name
        assert "href=" in html.text, name


def test_it_shows_subject_text_and_html(developer):
    page = developer.get("/dev/previews/auth.reset")
    assert "<h1>Reset your password</h1>" in page.text
    assert "Hi Alice," in page.text
    assert 'src="/dev/previews/auth.reset/html"' in page.text
    [policy] = page.headers.getlist("Content-Security-Policy")
    assert "frame-src 'self'" in policy


def test_it_has_nothing_else(developer):
    for name in ("x", "auth.x", "..", "auth.reset/../x"):
        for suffix in ("", "/html"):
            assert developer.get(f"/dev/previews/{name}{suffix}").status_code == 404


def test_it_is_there_in_development_alone(visitor):
    for path in ("/dev/previews", "/dev/previews/auth.reset", "/dev/previews/auth.reset/html"):
        assert visitor.get(path).status_code == 404


def test_a_feature_may_add_one_wherever_the_app_runs(app, visitor):
    previews.preview(app, "auth/emails/registered", dict)
    assert visitor.get("/dev/previews").status_code == 404
