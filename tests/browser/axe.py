"""What keeps people from using a page, as far as axe-core finds it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Only colors differ between themes.
COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# Colors on their way to those of another theme are nobody's barrier.
RUN = """
async options => {
    const animations = document.getAnimations();
    const transitions = animations.filter(animation => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({finished}) => finished));
    const {violations} = await axe.run({resultTypes: ["violations"], ...options});
    return violations.flatMap(({help, nodes}) => nodes.map(({html}) => `${help}: ${html}`));
}
"""


def barriers(page: Page, **options: Any) -> list[str]:
    """The barriers on the page as it stands, each with its element; `options` are axe's."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(RUN, options)
    return found


def barriers_in_both_themes(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    dark = barriers(page, **COLORS)
    page.emulate_media(color_scheme="light")
    return dark + barriers(page)
