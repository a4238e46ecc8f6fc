"""Uploaded files, in a folder or an S3-compatible store, by `STORAGE_URL`.

A file is found by a key, `<folder>/<name>`, which the app generates, never the uploader. Files
don't change: new content gets a new key, and the app deletes the old file.
"""

from carafe.storage.base import Storage, StorageUnavailable
from carafe.storage.current import delete_on_commit, storage
from carafe.storage.current import init_app as init_app
from carafe.storage.uploads import MEGABYTE, FileUpload, PictureUpload, RefusedError, Size

__all__ = [
    "MEGABYTE",
    "FileUpload",
    "PictureUpload",
    "RefusedError",
    "Size",
    "Storage",
    "StorageUnavailable",
    "delete_on_commit",
    "storage",
]
