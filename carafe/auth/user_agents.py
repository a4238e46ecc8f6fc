"""What a browser says about itself, in words that its owner recognizes."""

# In this order: Edge and Opera also claim to be Chrome, Chrome to be Safari.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


def device_label(agent: str) -> str:
    """Return a `User-Agent` as "Firefox on Windows", or the start of its text if it is unknown."""
    return _parse_user_agent(agent) or agent[:40] or "Unknown device"


def device_name(agent: str) -> str:
    """Return a `User-Agent` for emails, without its own words.

    Otherwise, anyone who knows a password could have us email the owner a sentence that leads to
    another site.
    """
    return _parse_user_agent(agent) or "an unknown browser"


def _parse_user_agent(agent: str) -> str | None:
    browser = _first_match(BROWSERS, agent)
    system = _first_match(SYSTEMS, agent)
    return f"{browser} on {system}" if browser and system else browser or system


def _first_match(names: list[tuple[str, str]], agent: str) -> str | None:
    return next((name for mark, name in names if mark in agent), None)
