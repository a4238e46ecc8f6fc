"""Connecting an account at a provider, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from carafe.testing.openid_provider import OpenIdProvider

pytestmark = pytest.mark.browser


def test_it_connects_and_disconnects(
    visit: Callable[..., Page], site_provider: OpenIdProvider
) -> None:
    site_provider.person = {"sub": "uma there", "email": "uma@elsewhere.example"}
    page = visit("user")
    page.goto("/account/connections")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("status")).to_contain_text("Acme connected")
    expect(page.get_by_role("cell", name="uma@elsewhere.example")).to_be_visible()

    page.locator("summary", has_text="Disconnect").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status")).to_contain_text("Acme disconnected")
