"""Static files of the pages."""

import re


def links(page: str) -> set[str]:
    return {url.split("#")[0] for url in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}


def fetch(browser, url):
    answer = browser.get(url)
    answer.close()
    return answer


def test_it_serves_every_file_that_pages_link(visitor, carol, sign_in):
    admin = sign_in(carol)
    pages = [visitor.get("/auth/login"), visitor.get("/no-such-page")]
    pages += [admin.get(path) for path in ("/members", "/admin/", "/account/notifications/")]
    urls = set().union(*(links(page.text) for page in pages))
    assert len(urls) > 5
    for url in urls:
        assert fetch(visitor, url).status_code == 200, url


def test_it_serves_what_browsers_and_robots_ask_for(visitor):
    icon = fetch(visitor, "/favicon.ico")
    assert icon.status_code == 200
    assert icon.data[:4] == b"\0\0\1\0"
    robots = fetch(visitor, "/robots.txt")
    assert robots.status_code == 200
    assert "User-agent" in robots.text
    for answer in (icon, robots):
        assert "immutable" not in answer.headers["Cache-Control"]
