"""Search terms, cleaned."""

from flask import request

from carafe.unicode import MAX_EXPANSION, nfc

SEARCH_LENGTH = 200


def search_term() -> str:
    """Return this request's search term, cleaned, with at most `SEARCH_LENGTH` characters."""
    q = request.args.get("q")
    return clean_search_term(q) if q else ""


def clean_search_term(text: str) -> str:
    """Return a search term without characters that databases can't store."""
    text = text.replace("\0", "").encode("utf-8", "ignore").decode().strip()
    return nfc(text[: MAX_EXPANSION * SEARCH_LENGTH])[:SEARCH_LENGTH]
