"""The menus of a page."""

import re
from html import unescape


def entries_of(page: str) -> dict[str, list[tuple[str, bool]]]:
    """Return the entries of each menu of a page, by its label: URL, and whether it is this page."""
    menus = {}
    for label, content in re.findall(
        r'<nav [^>]*aria-label="([^"]+)"[^>]*>(.*?)</nav>', page, re.S
    ):
        entries = re.findall(r'<a class="nav-entry"[^>]*? href="([^"]*)"([^>]*)>', content)
        entries += re.findall(r'<a href="([^"]*)" class="nav-entry"([^>]*)>', content)
        menus[unescape(label)] = [
            (url, 'aria-current="page"' in attributes) for url, attributes in entries
        ]
    return menus


def active(page: str, menu: str) -> list[str]:
    return [url for url, is_current in entries_of(page)[menu] if is_current]
