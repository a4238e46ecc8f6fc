"""The storage of the current app, and the deletion of files with a commit."""

import logging
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, current_app

from carafe.config.url_parts import split_url
from carafe.database import on_commit
from carafe.database.aliases import AnyAttribute
from carafe.registry import Registry
from carafe.storage.base import Storage, StorageUnavailable
from carafe.storage.local import LocalStorage
from carafe.storage.s3 import S3Storage

log = logging.getLogger(__name__)

# Folders of uploaded files, and the columns with the names in use: see `uploads.Upload`.
UPLOADS = Registry[tuple[str, AnyAttribute]]("uploads", "folder of uploaded files")


def storage() -> Storage:
    return current_app.extensions["storage"]  # type: ignore[no-any-return]


def delete_on_commit(key: str) -> None:
    """Delete a file once this transaction is committed; not if it is rolled back.

    If that fails, or the process ends before it, a file is left that nothing refers to.
    """
    on_commit(partial(_delete_committed, key))


def _delete_committed(key: str) -> None:
    try:
        storage().delete(key)
    except StorageUnavailable:
        log.warning("orphaned file: %s", key)


def init_app(app: Flask) -> None:
    UPLOADS.init_app(app)
    app.extensions["storage"] = _create_storage(app.config["STORAGE_URL"], Path(app.instance_path))


def _create_storage(url: str | None, instance: Path) -> Storage:
    if url and not url.startswith("file:"):
        return S3Storage(split_url(url))
    path = unquote((url or "file:").removeprefix("file:"))
    return LocalStorage(Path(path) if path else instance)
