"""The documentation at /dev/docs."""

import sys


def test_it_shows_headings_code_and_tables(developer):
    page = developer.get("/dev/docs/jobs.md").text
    assert "<h2>" in page
    assert "<pre><code" in page
    assert '<table class="table">' in page
    assert "<strong>" in page


def test_it_names_the_packages_to_install(developer, monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    page = developer.get("/dev/docs/jobs.md")
    assert page.status_code == 200
    assert "bin/setup --with dev" in page.text


def test_it_shows_no_other_files(developer):
    assert developer.get("/dev/docs/..%2FREADME.md").status_code == 404
    assert developer.get("/dev/docs/nothing.md").status_code == 404
