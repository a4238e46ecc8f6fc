"""Accessibility barriers on a page, as far as axe-core and the width of the screen reveal them."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESKTOP = 390, 1280
# A desktop at a zoom of 200% and 400% (WCAG 1.4.10).
ZOOMED = 640, 320
# Not among axe's defaults. In open menus it complains of what they cover.
AT_REST = {"rules": {"target-size": {"enabled": True}}}
# Only colors differ between themes.
COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# Colors during a transition to another theme aren't a barrier.
RUN = """
async options => {
    // In a closed dialog, a transition never ends.
    const transitions = document.getAnimations().filter(animation =>
        animation instanceof CSSTransition && animation.effect.target.checkVisibility());
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


# What has moved since the page began to load, other than in answer to the user.
SHIFTS = """() => new Promise(resolve => {
    const sum = list => list.getEntries().reduce((sum, {value, hadRecentInput}) =>
        sum + (hadRecentInput ? 0 : value), 0);
    new PerformanceObserver(list => resolve(sum(list))).observe({
        type: "layout-shift", buffered: true,
    });
    requestAnimationFrame(() => setTimeout(resolve, 50, 0));
})"""


def layout_shift(page: Page) -> float:
    """Return the cumulative layout shift (CLS) of the page up to now."""
    return float(page.evaluate(SHIFTS))


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
        problems += [f"{screen}: {barrier}" for barrier in barriers(page, **AT_REST)]
    for width in ZOOMED:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{page.url}, {width} px: it is wider")
    return problems
