"""Menus."""

from carafe.testing.menus import active, entries_of


def test_it_marks_where_one_is(carol, sign_in):
    browser = sign_in(carol)
    page = browser.get("/admin/jobs/").text
    assert active(page, "Main") == ["/admin/"]
    assert active(page, "Admin") == ["/admin/jobs/"]
    page = browser.get("/admin/jobs/?state=failed").text
    assert active(page, "Admin") == ["/admin/jobs/"]
    page = browser.get("/admin/").text
    assert active(page, "Admin") == ["/admin/"]
    assert active(browser.get("/members").text, "Main") == []


def test_it_shows_each_what_is_theirs(alice, visitor, sign_in):
    visitors = entries_of(visitor.get("/auth/login").text)
    assert [url for url, _ in visitors["Account"]] == ["/auth/login", "/auth/register"]
    for url, _ in visitors.get("Main", []):
        assert visitor.get(url).status_code == 200, url
    page = sign_in(alice).get("/members").text
    assert "/auth/logout" in page
    assert "/auth/register" not in [url for url, _ in entries_of(page)["Account"]]


def test_it_marks_no_entry_that_a_page_is_not_about(carol, sign_in):
    assert active(sign_in(carol).get("/admin/search").text, "Admin") == []
