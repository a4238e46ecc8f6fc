"""Lists on a page: the rows' IDs, and the links to the neighboring pages."""

import re
from html.parser import HTMLParser

from carafe.testing.http import Browser

MAX_PAGES = 20


class Links(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs))


def ids(page: str, base: str) -> list[int]:
    """Return the IDs of the rows, each linked once by a page or form below `base`, in order."""
    matches = (
        re.fullmatch(rf"{base}(\d+)(?:/edit)?", a.get("href") or "") for a in Links(page).links
    )
    return [int(match[1]) for match in matches if match]


def neighbor(page: str, rel: str) -> str | None:
    """Return the URL of the next or the previous page."""
    return next((a["href"] for a in Links(page).links if a.get("rel") == rel), None)


def walk(browser: Browser, path: str | None, base: str, rel: str = "next") -> list[list[int]]:
    """Return the IDs on each page from the one at `path` on, following links with this `rel`."""
    pages = []
    while path:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        pages.append(ids(answer.text, base))
        path = neighbor(answer.text, rel)
        assert len(pages) <= MAX_PAGES
    return pages


def last_page(browser: Browser, path: str) -> str:
    """Return the URL of the last page, from the one at `path` on."""
    while next := neighbor(browser.get(path).text, "next"):
        path = next
    return path
