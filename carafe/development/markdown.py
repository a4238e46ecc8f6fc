"""The Markdown of this project's documentation as HTML: what it uses, and no more."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

FENCED = re.compile(r"^```[^\n]*\n(.*?)^```$", re.M | re.S)
INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")
# Links to the other documents work; those to files of the project can't.
DOCUMENT = re.compile(r"[a-z]+\.md(#.*)?|https://.*")


def to_html(text: str) -> Markup:
    """Return the HTML of a document without its title."""
    return Markup("\n").join(_blocks(text))


def _blocks(text: str) -> Iterator[Markup]:
    # Every second part is code between fences.
    for number, part in enumerate(FENCED.split(text)):
        if number % 2:
            yield Markup("<pre><code>{}</code></pre>").format(part)
            continue
        for block in re.split(r"\n\s*\n", part.strip("\n")):
            if block.strip():
                yield _block(block)


def _block(block: str) -> Markup:
    if heading := re.match(r"(#{2,4}) (.*)", block):
        level = len(heading[1])
        return Markup("<h{0}>{1}</h{0}>").format(level, _inline(heading[2]))
    if block.startswith("|"):
        return Markup('<table class="table">{}</table>').format(_rows(block))
    if re.match(r"(\*|\d+\.) ", block):
        items = re.split(r"^(?:\*|\d+\.) +", block, flags=re.M)[1:]
        tag = "ul" if block.startswith("*") else "ol"
        content = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
        return Markup("<{0}>{1}</{0}>").format(tag, content)
    return Markup("<p>{}</p>").format(_inline(block))


def _rows(block: str) -> Markup:
    rows = [line.strip("| ").split(" | ") for line in block.splitlines()]
    rows = [row for row in rows if not set("".join(row)) <= set("|-: ")]
    cells = (Markup("").join(map(Markup("<td>{}</td>").format, map(_inline, row))) for row in rows)
    return Markup("").join(map(Markup("<tr>{}</tr>").format, cells))


def _inline(text: str) -> Markup:
    html, end = Markup(""), 0
    for match in INLINE.finditer(text):
        html += escape(text[end : match.start()]) + _inline_element(match)
        end = match.end()
    return html + escape(text[end:])


def _inline_element(match: re.Match[str]) -> Markup:
    code, bold, label, url = match.groups()
    if code:
        return Markup("<code>{}</code>").format(code)
    if bold:
        return Markup("<strong>{}</strong>").format(_inline(bold))
    if DOCUMENT.fullmatch(url):
        return Markup('<a href="{}">{}</a>').format(url, _inline(label))
    return _inline(label)
