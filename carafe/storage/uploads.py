"""Files that people upload: checked, and kept in the storage under random names.

    COVERS = PictureUpload("covers", {"small": Size(320, 200, crop=True), "large": Size(1600, 900)})
    MANUALS = FileUpload("manuals", {".pdf": "application/pdf"}, max_bytes=20 * MEGABYTE)

    name = COVERS.save(request.files.get("cover"))  # raises RefusedError, whose text is the reason
    project.cover = name                            # a String(64)
    COVERS.answer(project.cover, "small")           # a response, None if there is no such file
    COVERS.discard(project.cover)                   # once this transaction has committed

Save before the row that names the file is written, and outside of a transaction: that takes a
while. `COVERS.init_app(app, Project.cover)` says which column has the names: what no row names is
deleted in the night.
"""

import re
import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePath

from flask import Flask, Response, request, send_file
from werkzeug.datastructures import FileStorage

from carafe.database.aliases import AnyAttribute
from carafe.images import pictures
from carafe.images.pictures import RefusedError, Size
from carafe.storage.current import UPLOADS, delete_on_commit, storage

__all__ = ["MEGABYTE", "FileUpload", "PictureUpload", "RefusedError", "Size"]

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
# The rest of the request: file name, token, boundaries.
FORM_BYTES = 64 * 1024

NAME = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]+)")

# Whatever a file contains, it doesn't run in the context of this site.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


class Upload:
    """A kind of uploaded files: their folder in the storage, and their maximum size."""

    noun = "file"

    def __init__(self, folder: str, *, max_bytes: int = MAX_BYTES):
        self.folder, self.max_bytes = folder, max_bytes

    def init_app(self, app: Flask, column: AnyAttribute) -> None:
        """Delete files of the folder that no row names in `column`, each night."""
        UPLOADS.add(app, (self.folder, column), name=self.folder)

    @property
    def max_body(self) -> int:
        """Return the size of a request with such a file, for `max_body_size`."""
        return self.max_bytes + FORM_BYTES

    @property
    def too_large(self) -> str:
        return f"Choose a file of {self.max_bytes // MEGABYTE} MB or less."

    def discard(self, name: str) -> None:
        """Delete a file once this transaction is committed."""
        for key in self._keys(name):
            delete_on_commit(key)

    def delete(self, name: str) -> None:
        """Delete a file that was saved, but isn't used after all."""
        for key in self._keys(name):
            storage().delete(key)

    def _read(self, file: FileStorage | None) -> bytes:
        content = file.stream.read(self.max_bytes + 1) if file else b""
        if not content:
            raise RefusedError(f"Choose a {self.noun} to upload.")
        if len(content) > self.max_bytes:
            raise RefusedError(self.too_large)
        return content

    def _keys(self, name: str) -> list[str]:
        return [f"{self.folder}/{name}"]


class PictureUpload(Upload):
    """Pictures, redrawn as WebP files: in several sizes, by name, or in one whose name is ""."""

    noun = "picture"

    def __init__(self, folder: str, sizes: Mapping[str, Size], *, max_bytes: int = MAX_BYTES):
        super().__init__(folder, max_bytes=max_bytes)
        self.sizes = dict(sizes)

    def save(self, file: FileStorage | None) -> str:
        """Store a picture and return its name. Raise `RefusedError`, or respond with 503."""
        drawn = pictures.draw(self._read(file), list(self.sizes.values()))
        name = f"{secrets.token_hex(16)}.webp"
        for key, content in zip(self._keys(name), drawn, strict=True):
            storage().put(key, content, pictures.MIMETYPE)
        return name

    def get(self, name: str, size: str = "") -> bytes | None:
        """Return the picture of that name and size, or None."""
        is_one = NAME.fullmatch(name) and size in self.sizes
        return storage().get(self._key(name, size)) if is_one else None

    def answer(self, name: str, size: str = "") -> Response | None:
        """Return a response with a picture, or None. Browsers keep it: a new one has a new name."""
        content = self.get(name, size)
        if content is None:
            return None
        response = Response(content, mimetype=pictures.MIMETYPE)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Content-Disposition"] = 'inline; filename="picture.webp"'
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        response.set_etag(f"{name}{size}")
        response.make_conditional(request)
        return response

    def _keys(self, name: str) -> list[str]:
        return [self._key(name, size) for size in self.sizes]

    def _key(self, name: str, size: str) -> str:
        stem, _, extension = name.partition(".")
        return f"{self.folder}/{stem}-{size}.{extension}" if size else f"{self.folder}/{name}"


class FileUpload(Upload):
    """Unchanged files of these types: their MIME types by extension, such as ".pdf".

    Their content is not checked: they are sent as downloads, never shown.
    """

    def __init__(self, folder: str, types: Mapping[str, str], *, max_bytes: int = MAX_BYTES):
        super().__init__(folder, max_bytes=max_bytes)
        self.types = dict(types)

    def save(self, file: FileStorage | None) -> str:
        """Store a file and return its name. Raise `RefusedError`, or respond with 503."""
        content = self._read(file)
        extension = PurePath(file.filename or "").suffix.lower() if file else ""
        if extension not in self.types:
            raise RefusedError(f"Choose a file of another type: {', '.join(self.types)}.")
        name = f"{secrets.token_hex(16)}{extension}"
        storage().put(f"{self.folder}/{name}", content, self.types[extension])
        return name

    def get(self, name: str) -> bytes | None:
        """Return the content of a file, or None."""
        return storage().get(f"{self.folder}/{name}") if NAME.fullmatch(name) else None

    def answer(self, name: str, filename: str) -> Response | None:
        """Return a download with a name for people, or None if there is no such file."""
        content = self.get(name)
        if content is None:
            return None
        mimetype = self.types[PurePath(name).suffix]
        response = send_file(BytesIO(content), mimetype, as_attachment=True, download_name=filename)
        response.headers["Content-Security-Policy"] = POLICY
        return response
