"""The sample notes of `flask demo`."""

import re

from carafe.testing.lists import ids, neighbor


def test_it_makes_a_few_hundred_notes_of_different_times(app, stored, visitor):
    printed = app.test_cli_runner().invoke(args=["demo"]).output
    email, password = re.findall(r"(\S+@\S+)  password (\S+)", printed)[0]
    assert 100 <= len(stored()) <= 999
    visitor.submit("/auth/login", {"email": email, "password": password})
    page = visitor.get("/notes/").text
    assert len(ids(page, "/notes/")) == 20
    assert neighbor(page, "next")
    assert len(set(re.findall(r'datetime="([^"]+)"', page))) > 10
