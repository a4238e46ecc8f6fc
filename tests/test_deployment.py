"""The proxy configurations in docs/deployment.md agree with the app."""

import re

from flask import Flask

from carafe.config import ROOT

UNITS = {"k": 1024, "m": 1024**2, "kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}


def block(language: str) -> str:
    """Return the configuration of a proxy in that page."""
    page = (ROOT / "docs/deployment.md").read_text()
    [configuration] = re.findall(rf"(?s)```{language}\n(.*?)```", page)
    return str(configuration)


def largest_body(app: Flask) -> int:
    views = app.view_functions.values()
    declared: list[int] = [view.policy.body for view in views if hasattr(view, "policy")]
    return max(int(app.config["MAX_CONTENT_LENGTH"]), *declared)


def bytes_of(setting: str, text: str) -> int:
    """Return a size as nginx (`68m`) or Caddy (`68MB`, powers of ten) reads it."""
    [(number, unit)] = re.findall(rf"\b{setting} +(\d+) ?([A-Za-z]+)", text)
    return int(number) * UNITS[unit.lower()]


def test_proxies_let_the_largest_body_through(app: Flask) -> None:
    largest = largest_body(app)
    assert largest > 64_000_000  # an import
    for limit in (
        bytes_of("client_max_body_size", block("nginx")),
        bytes_of("max_size", block("caddy")),
    ):
        # A little more, so that the app's own error page is shown.
        assert largest < limit < largest * 1.1
