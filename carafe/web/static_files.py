"""Static files, served before Flask: those of the engine at `/static/carafe/…`, those of the app at
`/static/app/…`, and `static/` of each feature at `/static/<feature>/…`.

In production the URL carries a hash of the content, so that browsers may keep the file forever,
and the files are compressed once into `INSTANCE_PATH/static/`.
"""

import gzip
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

ENGINE = Path(__file__).parents[1] / "static"
ROOT_FILES = ("favicon.ico", "robots.txt")
COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".json"}


def init_app(app: Flask) -> None:
    server = WhiteNoise(
        app.wsgi_app,
        autorefresh=app.debug,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: url.startswith("/static/") and not app.debug,
    )
    urls: dict[str, str] = {}
    root: str = app.config["APPLICATION_ROOT"].rstrip("/")
    for feature, folder in _folders(app):
        if app.debug:
            server.add_files(str(folder), f"/static/{feature}")
            continue
        for file in filter(Path.is_file, folder.rglob("*")):
            name = f"{feature}/{file.relative_to(folder).as_posix()}"
            urls[name] = _add_versioned_file(app, server, file, name)
    if not app.debug:
        for name in ROOT_FILES:
            server.add_file_to_dictionary(f"/{name}", str(Path(app.root_path, "static", name)))

    def asset(name: str) -> str:
        """The URL of `<feature>/<path below its static folder>`."""
        return root + (urls.get(name) or f"/static/{name}")

    # As a filter it is computed when a template is compiled, and costs a page nothing.
    app.jinja_env.filters["asset"] = asset
    app.wsgi_app = server  # type: ignore[method-assign]


def _folders(app: Flask) -> Iterator[tuple[str, Path]]:
    """Yield the folders with files, and the name of each in URLs."""
    root = Path(app.root_path)
    yield "carafe", ENGINE
    yield "app", root / "static"
    for folder in sorted(root.glob("*/static")):
        yield folder.parent.name, folder


def _add_versioned_file(app: Flask, server: WhiteNoise, file: Path, name: str) -> str:
    """Have `server` answer with `file` at a URL that changes when the content does."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    hashed = f"{name.removesuffix(file.suffix)}.{digest}{file.suffix}"
    source = file
    if file.suffix in COMPRESSIBLE:
        try:
            source = _compress(file, Path(app.instance_path) / "static" / hashed)
        except OSError:
            app.logger.warning("compression did not shrink %s (%s)", name, app.instance_path)
    url = f"/static/{hashed}"
    server.add_file_to_dictionary(url, str(source))
    return url


def _compress(file: Path, target: Path) -> Path:
    """Copy `file` to `target` and gzip it beside, unless an earlier start has."""
    compressed = target.with_name(target.name + ".gz")
    if not compressed.exists():
        content = file.read_bytes()
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(target, content)
        _write_atomically(compressed, gzip.compress(content, 9, mtime=0))
    return target


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file as a whole: another worker may be reading it, or this one be killed halfway."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
