"""The error page: the error, a picture, and one next step."""

import re
from pathlib import Path

import pytest
from flask import abort

from carafe.auth import public
from carafe.web.templating import icon_names


def test_it_leads_visitors_to_the_homepage_and_users_to_their_own(app, alice, visitor, sign_in):
    assert '<a class="btn btn-primary" href="/">Go to homepage</a>' in visitor.get("/nowhere").text
    home = f'<a class="btn btn-primary" href="{app.config["HOME_URL"]}">Go to dashboard</a>'
    assert home in sign_in(alice).get("/nowhere").text


@pytest.mark.parametrize(("status", "again"), [(403, False), (429, True), (500, True), (503, True)])
def test_it_offers_to_try_again_what_may_work_later(app, visitor, monkeypatch, status, again):
    monkeypatch.setitem(app.view_functions, "auth.login", public(lambda: abort(status)))
    page = visitor.get("/auth/login")
    assert page.status_code == status
    assert ('href="">Try again</a>' in page.text) == again
    assert page.text.count('class="btn btn-primary"') == 1


def test_its_pictures_are_in_the_sprite(app, visitor):
    [name] = re.findall(r"#(carafe-\w+)", visitor.get("/nowhere").text)
    assert name in icon_names(app)
    macros = Path(app.root_path).parent / "carafe/templates/carafe/ui.html"
    shapes = re.search(r'art\("(\w+)" if .* else "(\w+)"', macros.read_text())
    assert shapes
    assert {f"carafe-{shape}" for shape in shapes.groups()} <= icon_names(app)
