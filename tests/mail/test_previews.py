"""Previews of the mails in development, with the app's templates."""

import re

from jinja2 import StrictUndefined

from carafe.config import ROOT


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
