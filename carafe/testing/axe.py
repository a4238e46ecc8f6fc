"""Accessibility barriers on a page, as far as axe-core and the width of the screen reveal them."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESKTOP = 390, 1280
# Only colors differ between themes.
COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# Colors during a transition to another theme aren't a barrier.
RUN = """
async options => {
    const animations = document.getAnimations();
    const transitions = animations.filter(animation => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({finished}) => finished));
    const {violations} = await axe.run({resultTypes: ["violations"], ...options});
    return violations.flatMap(({help, nodes}) => nodes.map(({html}) => `${help}: ${html}`));
}
"""
# Dialogs beyond the left edge, where a page can't scroll.
CUT = """() => [...document.querySelectorAll("details.confirm")].filter(details => {
    details.open = true;
    const {left, right} = details.querySelector(".dropdown-panel").getBoundingClientRect();
    details.open = false;
    return left < 0 || right > innerWidth;
}).map(details => details.innerText)"""


def barriers(page: Page, **options: object) -> list[str]:
    """Return the barriers on the page, each with its element; `options` are axe's."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations: list[str] = page.evaluate(RUN, options)
    return violations


def barriers_in_both_themes(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    dark = barriers(page, **COLORS)
    page.emulate_media(color_scheme="light")
    return dark + barriers(page)


def problems(page: Page, number: int = 0) -> list[str]:
    """Return the problems of the page on a phone and on a desktop, each in another theme.

    With an odd `number`, the themes are swapped, so if each page has a different number, what all
    pages share is checked in both themes.
    """
    problems = []
    themes: list[Literal["light", "dark"]] = ["light", "dark"]
    for width, theme in zip((DESKTOP, PHONE), themes[:: (-1) ** number], strict=True):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        screen = f"{page.url}, {width} px, {theme}"
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{screen}: it is wider")
        problems += [f"{screen}, cut: {text}" for text in page.evaluate(CUT)]
        options = COLORS if width == PHONE else {}
        problems += [f"{screen}: {barrier}" for barrier in barriers(page, **options)]
    return problems
