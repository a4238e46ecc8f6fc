"""Follows the links of an app's pages."""

import re
from html import unescape

from flask import Flask
from werkzeug.exceptions import HTTPException

from carafe.testing.http import Browser


def links_of(page: str) -> set[tuple[str, str]]:
    """Return the methods and paths of the links, files, and forms of a page."""
    links = set()
    for tag in re.findall(r"<[a-z][^>]*>", page):
        for name, value in re.findall(r'\s(href|src|action|data-passkey|hx-get)="([^"]*)"', tag):
            path = unescape(value).partition("#")[0].partition("?")[0]
            posts = name == "data-passkey" or (name == "action" and 'method="post"' in tag)
            if path.startswith("/"):
                links.add(("POST" if posts else "GET", path))
    return links


def crawl(app: Flask, browser: Browser, start: list[str]) -> tuple[set[str], list[str]]:
    """Follow all links from these pages; return the pages, and links to nonexistent ones."""
    adapter, waiting, seen, broken = app.url_map.bind("localhost"), list(start), set(start), []
    while waiting:
        path = waiting.pop()
        answer = browser.get(path)
        if answer.status_code >= 400:
            broken.append(f"{path} answers {answer.status_code}")
        if answer.mimetype != "text/html":
            continue
        for method, link in links_of(answer.text):
            if method == "POST":
                try:
                    with app.app_context():
                        adapter.match(link, method)
                except HTTPException:
                    broken.append(f"{path} has a form for {link}")
            elif link not in seen:
                seen.add(link)
                waiting.append(link)
    return seen, broken
