"""Times that scripts write in the zone of the browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TIMES = """
    <time datetime="2026-11-30T02:00:00+00:00">Nov 30, 2026</time>
    <time datetime="2026-11-30">Nov 30, 2026</time>
"""


def test_a_moment_is_in_the_zone_of_the_browser_and_a_date_in_none(
    visit: Callable[..., Page],
) -> None:
    page = visit(fresh=True, timezone_id="America/Los_Angeles")
    page.goto("/auth/login")
    page.evaluate(
        """html => {
            document.body.innerHTML = html;
            document.dispatchEvent(new CustomEvent("htmx:load"));
        }""",
        TIMES,
    )
    expect(page.locator("time")).to_have_text(["Nov 29, 2026", "Nov 30, 2026"])
