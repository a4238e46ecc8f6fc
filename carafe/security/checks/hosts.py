"""Checks of the site's trusted hosts, public URL, and proxies."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, current_app

from carafe import checks
from carafe.security.edge import is_trusted


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "security.trusted_hosts",
        ambiguous_hosts,
        level="warning",
        remedy="List only this site's hostnames, e.g. TRUSTED_HOSTS=example.org,www.example.org",
    )
    checks.add(
        app,
        "security.https",
        insecure_public_url,
        level="warning",
        remedy="Put a TLS-terminating proxy in front, and set PUBLIC_URL=https://…",
    )
    checks.add(
        app,
        "security.public_url",
        untrusted_public_url,
        level="warning",
        remedy="Add PUBLIC_URL's host to TRUSTED_HOSTS, or fix PUBLIC_URL.",
    )
    checks.add(
        app,
        "security.trusted_proxies",
        untrusted_proxy,
        level="warning",
        remedy="Set TRUSTED_PROXIES to the number of proxies in front, usually 1.",
    )


def ambiguous_hosts() -> str | None:
    names = current_app.config["TRUSTED_HOSTS"]
    if doubtful := [name for name in names if is_ambiguous(name)]:
        return f"TRUSTED_HOSTS contains {', '.join(doubtful)}, which others can use, too."
    return None


def is_ambiguous(name: str) -> bool:
    """Return whether a host is ambiguous.

    A wildcard other than for subdomains, an IP, or a local name.
    """
    try:
        return bool(ip_address(name))
    except ValueError:
        return "*" in name or name.endswith((".local", "localhost")) or "." not in name.strip(".")


def insecure_public_url() -> str | None:
    url = current_app.config["PUBLIC_URL"]
    if url.startswith("https://"):
        return None
    return f"Links in emails use {url}, so secrets in them can be read in transit."


def untrusted_public_url() -> str | None:
    host = urlsplit(current_app.config["PUBLIC_URL"]).netloc
    if is_trusted(host, current_app.config["TRUSTED_HOSTS"]):
        return None
    return f"Links in emails point to {host}, which isn't in TRUSTED_HOSTS, so they won't work."


def untrusted_proxy() -> str | None:
    if current_app.config["TRUSTED_PROXIES"] or insecure_public_url():
        return None
    return "A proxy terminates TLS, but TRUSTED_PROXIES is 0: all visitors share one rate limit."
