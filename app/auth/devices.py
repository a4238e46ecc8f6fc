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
    browser = _first(BROWSERS, agent)
    system = _first(SYSTEMS, agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or agent[:40] or "Unknown device"


def _first(names: list[tuple[str, str]], agent: str) -> str | None:
    return next((name for mark, name in names if mark in agent), None)
