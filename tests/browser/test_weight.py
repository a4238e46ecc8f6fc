"""What a first visit to a page loads, with an empty browser cache."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response

from carafe.testing.site import Site

pytestmark = pytest.mark.browser

MAX_REQUESTS = 10
# In bytes, compressed, without headers, which HTTP/2 compresses well.
MAX_WEIGHT = {"visitor": 60_000, "user": 60_000, "admin": 90_000}
PAGES = {
    "visitor": ["/", "/auth/login", "/auth/register", "/privacy", "/nowhere"],
    "user": ["/dashboard", "/account/profile", "/account/second-factors", "/account/sessions"],
    "admin": [
        "/admin/",
        "/admin/users/",
        "/admin/users/new",
        "/admin/audit/",
        "/admin/requests/",
        "/admin/exceptions/",
        "/admin/health/",
    ],
}


@pytest.mark.parametrize(("who", "path"), [(who, path) for who in PAGES for path in PAGES[who]])
def test_it_is_light(visit: Callable[..., Page], site: Site, who: str, path: str) -> None:
    page = visit(fresh=True)
    if who != "visitor":
        page.context.add_cookies([site.cookie(who)])
    weights = load(page, path)
    assert len(weights) <= MAX_REQUESTS, "\n".join(weights)
    assert sum(weights.values()) <= MAX_WEIGHT[who], weights


def test_its_landing_page_is_light_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(fresh=True, viewport={"width": 390, "height": 800}, device_scale_factor=3)
    weights = load(page, "/")
    assert sum(weights.values()) <= MAX_WEIGHT["visitor"], weights


def load(page: Page, path: str) -> dict[str, int]:
    """Return the size of the page, and of everything it loads, by URL."""
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(path)
    page.mouse.wheel(0, 10_000)  # for what is loaded when it scrolls into view
    page.wait_for_load_state("networkidle")
    return {response.url: size(response) for response in responses}


def size(response: Response) -> int:
    """Return how many bytes a response has, with a page compressed as web servers do it."""
    if response.headers.get("content-type", "").startswith("text/html"):
        return len(gzip.compress(response.body(), 6))
    return response.request.sizes()["responseBodySize"]
