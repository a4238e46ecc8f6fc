"""Bundles: stylesheets and scripts with the files they import, without comments.

In a script, a line that starts with `//` is a comment.

Browsers understand the same imports, so development serves each file as it is:
`@import "../carafe/carafe.css";` in a stylesheet, and `import "./menus.js";` in a script of
`type="module"`. A script can import others only as a whole, without names.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname, join, normpath

CSS_IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
CSS_URL = re.compile(r'url\("(?!data:)([^"#]+)"\)')
# Strings, which stay; comments, except licenses; and spaces where none is needed.
CSS_NOISE = re.compile(r"""("[^"]*"|'[^']*')|/\*(?!!).*?\*/|\s*([{};,])\s*""", re.DOTALL)
JS_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
JS_IMPORT = re.compile(r'^import "([^"]+)";$', re.MULTILINE)


def bundle(name: str, files: Mapping[str, Path], urls: Mapping[str, str]) -> bytes:
    """Return the content of a file with its imports, and with the final URLs of its references.

    `files` has the path and `urls` the URL of each static file by name (`carafe/app.js`).
    """
    content = files[name].read_bytes()
    if name.endswith(".css"):
        return _style(name, files, urls).encode()
    if name.endswith(".js") and JS_IMPORT.search(content.decode()):
        return _script(name, files).encode()
    return content


def _style(name: str, files: Mapping[str, Path], urls: Mapping[str, str]) -> str:
    content = files[name].read_text()
    style = CSS_NOISE.sub(r"\1\2", CSS_IMPORT.sub("", content))
    imports = (_style(_resolve(name, path), files, urls) for path in CSS_IMPORT.findall(content))
    style = "".join(imports) + style
    return CSS_URL.sub(
        lambda match: f'url("{urls.get(_resolve(name, match[1]), match[1])}")', style
    )


def _script(name: str, files: Mapping[str, Path]) -> str:
    # In a block, since each module has its own scope.
    return JS_IMPORT.sub(
        lambda match: f"{{\n{_script(_resolve(name, match[1]), files)}}}\n",
        JS_COMMENT.sub("", files[name].read_text()),
    )


def _resolve(name: str, reference: str) -> str:
    """Return the name of the file that `name` refers to."""
    return normpath(join(dirname(name), reference))
