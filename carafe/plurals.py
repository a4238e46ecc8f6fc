"""Numbers with their nouns."""

__all__ = ["pluralize"]


def pluralize(number: int, noun: str) -> str:
    """Return a number with its noun: "1 row", "1,234 rows"."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"
