"""The API's reference: requests are sent from the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_tries_out_an_operation_with_the_session(visit: Callable[..., Page], theme: str) -> None:
    page = visit("user", color_scheme=theme)
    page.goto("/api/docs")
    operation = page.locator(".opblock-post[id*=notes][id$='.create']")
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table tbody .response-col_status").first
    expect(status).to_have_text("201")
    dark = page.locator("html.dark-mode")
    expect(dark).to_have_count(1 if theme == "dark" else 0)
