"""What a stylesheet or script imports, put in its place; and stylesheets without their comments.

Browsers understand the same lines, so in development each file is served as it is:
`@import "../carafe/carafe.css";` in a stylesheet, and `import "./menus.js";` in a script of
`type="module"`. A script can import others only as a whole, without names.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath

CSS_IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
CSS_URL = re.compile(r'url\("(?!data:)([^"#]+)"\)')
CSS_SPACE = re.compile(r"""("[^"]*"|'[^']*')|/\*(?!!).*?\*/|\s*([{};,])\s*|\s+""", re.DOTALL)
JS_IMPORT = re.compile(r'^import "([^"]+)";$', re.MULTILINE)


def bundle(name: str, files: Mapping[str, Path], urls: Mapping[str, str]) -> bytes:
    """Return the content of a file, with what it imports, and the final URLs of what it names.

    `files` has the path, `urls` the URL of each static file by name (`carafe/app.js`).
    """
    content = files[name].read_bytes()
    if name.endswith(".css"):
        return _style(name, files, urls).encode()
    if name.endswith(".js") and JS_IMPORT.search(content.decode()):
        return _script(name, files).encode()
    return content


def _style(name: str, files: Mapping[str, Path], urls: Mapping[str, str]) -> str:
    content = files[name].read_text()
    style = CSS_IMPORT.sub(
        lambda match: _style(_resolve(name, match[1]), files, urls), _without_comments(content)
    )
    return CSS_URL.sub(
        lambda match: f'url("{urls.get(_resolve(name, match[1]), match[1])}")', style
    )


def _without_comments(style: str) -> str:
    """Return a stylesheet without comments and indentation: a fifth less, also when compressed."""
    lines = CSS_IMPORT.findall(style)
    rules = CSS_IMPORT.sub("", style)
    rules = CSS_SPACE.sub(
        lambda match: match[1] or match[2] or (" " if match[0].isspace() else ""), rules
    )
    return "".join(f'@import "{line}";\n' for line in lines) + rules


def _script(name: str, files: Mapping[str, Path]) -> str:
    # In a block of its own, as its names are in a module of its own.
    return JS_IMPORT.sub(
        lambda match: f"{{\n{_script(_resolve(name, match[1]), files)}}}\n",
        files[name].read_text(),
    )


def _resolve(name: str, reference: str) -> str:
    """Return the name of the file that `name` refers to."""
    return normpath(join(dirname(name), reference))
