"""Which addresses the site has and believes: hosts, public address, proxies."""

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
        remedy="Name this site's own hosts only, such as TRUSTED_HOSTS=example.org,www.example.org",
    )
    checks.add(
        app,
        "security.https",
        insecure_public_url,
        level="warning",
        remedy="Put a proxy that ends TLS in front, and set PUBLIC_URL=https://…",
    )
    checks.add(
        app,
        "security.public_url",
        untrusted_public_url,
        level="warning",
        remedy="Add the host of PUBLIC_URL to TRUSTED_HOSTS, or correct PUBLIC_URL.",
    )
    checks.add(
        app,
        "security.trusted_proxies",
        untrusted_proxy,
        level="warning",
        remedy="Set TRUSTED_PROXIES to the number of proxies in front, mostly 1.",
    )


def ambiguous_hosts() -> str | None:
    names = current_app.config["TRUSTED_HOSTS"]
    if doubtful := [name for name in names if is_ambiguous(name)]:
        return f"TRUSTED_HOSTS holds {', '.join(doubtful)}: not a name of this site alone."
    return None


def is_ambiguous(name: str) -> bool:
    """Wildcards, other than for subdomains of one's own; addresses; names of any machine."""
    try:
        return bool(ip_address(name))
    except ValueError:
        return "*" in name or name.endswith((".local", "localhost")) or "." not in name.strip(".")


def insecure_public_url() -> str | None:
    url = current_app.config["PUBLIC_URL"]
    if url.startswith("https://"):
        return None
    return f"Links in mails lead to {url}: secrets in them can be read on the way."


def untrusted_public_url() -> str | None:
    host = urlsplit(current_app.config["PUBLIC_URL"]).netloc
    if is_trusted(host, current_app.config["TRUSTED_HOSTS"]):
        return None
    return f"Links in mails lead to {host}, which is not among TRUSTED_HOSTS: they open nothing."


def untrusted_proxy() -> str | None:
    if current_app.config["TRUSTED_PROXIES"] or insecure_public_url():
        return None
    return "TLS ends at a proxy, but TRUSTED_PROXIES is 0: all visitors share one rate limit."
