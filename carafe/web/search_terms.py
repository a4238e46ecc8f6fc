"""What visitors search for, cleaned."""

from flask import request

from carafe.unicode import MAX_EXPANSION, nfc

SEARCH_LENGTH = 200


def search_term() -> str:
    """Return what the visitor searches for, cleaned: never longer than `SEARCH_LENGTH`."""
    return clean_search_term(request.args.get("q", ""))


def clean_search_term(text: str) -> str:
    """A text to search for, without what no database stores."""
    text = text.replace("\0", "").encode("utf-8", "ignore").decode().strip()
    return nfc(text[: MAX_EXPANSION * SEARCH_LENGTH])[:SEARCH_LENGTH]
