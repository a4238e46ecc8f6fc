"""What a browser says of itself, in words that its owner recognises."""

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


def describe(agent: str) -> str:
    """`User-Agent` as "Firefox on Windows"; the start of the text itself where it is another."""
    return _recognise(agent) or agent[:40] or "Unknown device"


def name(agent: str) -> str:
    """The same for mails, without words of its own.

    Whoever knows a password could have us mail the owner a sentence that leads to another site.
    """
    return _recognise(agent) or "an unknown browser"


def _recognise(agent: str) -> str | None:
    browser = _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    return f"{browser} on {system}" if browser and system else browser or system


def _first(names: list[tuple[str, str]], agent: str) -> str | None:
    return next((name for mark, name in names if mark in agent), None)
