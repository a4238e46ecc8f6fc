"""Previews of emails in development, with the app's templates."""

import re
from html import unescape

import pytest
from jinja2 import StrictUndefined

from carafe.config import ROOT

pytestmark = pytest.mark.any_database


def test_every_mail_has_one_with_all_that_its_templates_ask_for(
    developer, development, monkeypatch
):
    page = developer.get("/dev/previews").text
    assert developer.get("/dev/previews/").location.endswith("/dev/previews")
    names = re.findall(r'href="/dev/previews/([^"/]+)"', page)
    mails = ROOT.glob("app/**/emails/*")
    assert {f"{mail.parent.parent.name}.{mail.name}" for mail in mails} <= {*names}
    monkeypatch.setattr(development.jinja_env, "undefined", StrictUndefined)
    for name in names:
        html = developer.get(f"/dev/previews/{name}/html")
        assert html.status_code == 200, name
        assert "href=" in html.text, name


def test_every_mail_says_its_news_first_and_why_it_came(developer, development):
    """The first line is what an inbox shows of it; mail programs in dark mode get dark colors."""
    for name in re.findall(r'href="/dev/previews/([^"/]+)"', developer.get("/dev/previews").text):
        html = developer.get(f"/dev/previews/{name}/html").text
        preview = re.search(r'<div style="display:none[^>]*>(.+?)&#847;', html)
        assert preview, name
        assert unescape(html).count(unescape(preview[1])) == 2, name
        assert preview[1][0].isupper(), name
        assert "(prefers-color-scheme: dark)" in html, name
        text = developer.get(f"/dev/previews/{name}").text
        app_name = re.escape(development.config["APP_NAME"])
        for part in (html, text):
            reason = rf"You're getting this email because .+ at {app_name}\."
            assert re.search(reason, unescape(part)), name
            assert f'href="{development.config["PUBLIC_URL"]}/"' in part, name
