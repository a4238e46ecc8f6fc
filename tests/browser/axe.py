"""What keeps people from using a page, as far as axe-core finds it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RUN = """
options => axe.run({resultTypes: ["violations"], ...options}).then(({violations}) =>
    violations.flatMap(({help, nodes}) => nodes.map(({html}) => `${help}: ${html}`)))
"""
REMOVE_TOOLBAR = "document.getElementById('flDebug')?.remove()"  # not ours


def barriers(page: Page, **options: Any) -> list[str]:
    """The barriers on the page as it stands, each with its element; `options` are axe's."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(REMOVE_TOOLBAR)
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(RUN, options)
    return found
