"""The text of an HTML page."""

from html.parser import HTMLParser

# Code, and text that a user or program wrote.
VERBATIM = {"script", "style", "code", "pre", "kbd", "textarea"}
ATTRIBUTES = {"title", "placeholder", "aria-label", "alt", "value", "content", "data-label"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._verbatim: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VERBATIM:
            self._verbatim.append(tag)
        if ("type", "hidden") not in attrs:
            self.parts += [value for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if self._verbatim and tag == self._verbatim[-1]:
            self._verbatim.pop()
        elif tag in {"p", "li", "td", "th", "h1", "h2", "dt", "dd", "option", "label", "div"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._verbatim:
            self.parts.append(data)


def text_of(html: str) -> str:
    """Return the text of a page without code, including attributes that are read aloud."""
    parser = _Words()
    parser.feed(html)
    return " ".join(parser.parts)
