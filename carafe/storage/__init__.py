"""Files that people upload: in a folder, or in an S3-compatible store, by `STORAGE_URL`.

A file is found by a key, `<folder>/<name>`, which the app makes up and never whoever uploads.
Files do not change: what is new gets a new key, and the old is discarded.
"""

from carafe.storage.base import Storage, StorageUnavailable
from carafe.storage.current import UPLOADS, delete_on_commit, init_app, storage
from carafe.storage.uploads import MEGABYTE, FileUpload, PictureUpload, RefusedError, Size

__all__ = [
    "MEGABYTE",
    "UPLOADS",
    "FileUpload",
    "PictureUpload",
    "RefusedError",
    "Size",
    "Storage",
    "StorageUnavailable",
    "delete_on_commit",
    "init_app",
    "storage",
]
