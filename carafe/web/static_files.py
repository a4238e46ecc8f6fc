"""Static files, served before Flask.

Those of the engine are at `/static/carafe/…`, those of the app at `/static/app/…`, and `static/` of
each feature at `/static/<feature>/…`. In production, the URL contains a hash of the content, so
that browsers can cache the file forever. Stylesheets and scripts include their imports, and files
are compressed, once, in `INSTANCE_PATH/static/`.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from carafe.web import bundles

ENGINE = Path(__file__).parents[1] / "static"
ROOT_FILES = ("favicon.ico", "robots.txt")
MANIFEST = "manifest.json"
COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".json"}


def init_app(app: Flask) -> None:
    is_plain = app.debug or not _is_writable(app)
    server = WhiteNoise(
        app.wsgi_app,
        autorefresh=app.debug,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: url.startswith("/static/") and not is_plain,
    )
    root: str = app.config["APPLICATION_ROOT"].rstrip("/")
    urls: dict[str, str] = {}
    if is_plain:
        for feature, folder in _folders(app):
            server.add_files(str(folder), f"/static/{feature}")
    else:
        _add_versioned_files(app, server, root, urls)
    if not app.debug:
        for name in ROOT_FILES:
            server.add_file_to_dictionary(f"/{name}", str(Path(app.root_path, "static", name)))

    def asset(name: str) -> str:
        """Return the URL of `<feature>/<path below its static folder>`."""
        return urls.get(name) or f"{root}/static/{name}"

    # As a filter, it is evaluated when a template is compiled, and costs pages nothing.
    app.jinja_env.filters["asset"] = asset
    app.wsgi_app = server  # type: ignore[method-assign]


def _folders(app: Flask) -> Iterator[tuple[str, Path]]:
    """Yield the folders with files, and the name of each in URLs."""
    root = Path(app.root_path)
    yield "carafe", ENGINE
    yield "app", root / "static"
    for folder in sorted(root.glob("*/static")):
        yield folder.parent.name, folder


def _is_writable(app: Flask) -> bool:
    """Return whether compressed files can be written; otherwise, files are served as they are."""
    folder = Path(app.instance_path) / "static"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        app.logger.warning("static files are not compressed: can't write to %s", folder)
        return False
    return os.access(folder, os.W_OK)


def _add_versioned_files(app: Flask, server: WhiteNoise, root: str, urls: dict[str, str]) -> None:
    """Serve files at URLs that change with their content; `urls` gets each URL by name."""
    files = {
        f"{feature}/{file.relative_to(folder).as_posix()}": file
        for feature, folder in _folders(app)
        for file in folder.rglob("*")
        if file.is_file()
    }
    built = Path(app.instance_path) / "static"
    digest = _digest(files, root)
    names = _read_manifest(built, digest) or _build(files, built, digest, root)
    for name, hashed in names.items():
        file = built / hashed if files[name].suffix in COMPRESSIBLE else files[name]
        server.add_file_to_dictionary(f"/static/{hashed}", str(file))
        urls[name] = f"{root}/static/{hashed}"


def _digest(files: Mapping[str, Path], root: str) -> str:
    """Return a hash of what the built files depend on: the code here, and each file's content.

    Not their times: an update of a container image may keep those.
    """
    digest = hashlib.sha256(root.encode())
    for name, file in {"": Path(__file__), "bundles": Path(bundles.__file__), **files}.items():
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read_manifest(built: Path, digest: str) -> dict[str, str]:
    """Return the hashed name of each file if an earlier start has built them from the same.

    It saves a start 50 ms, most of it for stylesheets.
    """
    try:
        manifest = json.loads((built / MANIFEST).read_text())
    except (OSError, ValueError):
        return {}
    names: dict[str, str] = manifest["names"] if manifest["digest"] == digest else {}
    packed = [name for name in names.values() if Path(name).suffix in COMPRESSIBLE]
    return names if all((built / f"{name}.gz").exists() for name in packed) else {}


def _build(files: Mapping[str, Path], built: Path, digest: str, root: str) -> dict[str, str]:
    """Write bundled and compressed files. Return the hashed name of each file."""
    names: dict[str, str] = {}
    urls: dict[str, str] = {}
    # Stylesheets last, because they contain URLs of other files.
    for name, file in sorted(files.items(), key=lambda item: item[1].suffix == ".css"):
        content = bundles.bundle(name, files, urls)
        version = hashlib.sha256(content).hexdigest()[:12]
        names[name] = f"{name.removesuffix(file.suffix)}.{version}{file.suffix}"
        urls[name] = f"{root}/static/{names[name]}"
        if file.suffix in COMPRESSIBLE:
            _compress(content, built / names[name])
    manifest = {"digest": digest, "names": names}
    _write_atomically(built / MANIFEST, json.dumps(manifest).encode())
    return names


def _compress(content: bytes, target: Path) -> None:
    """Write a file and its gzip next to it, unless an earlier start has."""
    compressed = target.with_name(target.name + ".gz")
    if not compressed.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(target, content)
        _write_atomically(compressed, gzip.compress(content, 9, mtime=0))


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically.

    Another worker may be reading it, or this one may be killed halfway.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
