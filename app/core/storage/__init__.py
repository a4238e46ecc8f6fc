"""Files that people upload: in a folder, or in an S3-compatible store, by `STORAGE_URL`.

A file is found by a key, `<folder>/<name>`, which the app makes up and never whoever uploads.
Files do not change: what is new gets a new key, and the old is discarded.
"""

import logging
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.core.database import db, is_within
from app.core.storage.contract import Storage, StorageUnavailable
from app.core.storage.folder import Folder
from app.core.storage.s3 import S3
from settings.urls import split_url

__all__ = ["Storage", "StorageUnavailable", "discard", "storage"]

log = logging.getLogger(__name__)

PENDING, DUE = "files to discard", "files discarded"


def storage() -> Storage:
    return current_app.extensions["storage"]  # type: ignore[no-any-return]


def discard(key: str) -> None:
    """Delete a file once this transaction has committed; after a rollback it stays, also after one
    to a savepoint.

    Where that fails, or the process ends before it, there is a file left that nothing refers to.
    """
    session = db.session()
    kept = session.info.setdefault(PENDING, [])
    kept.append((key, session.get_nested_transaction()))


@event.listens_for(Session, "after_commit")
def _release(session: Session) -> None:
    if not session.in_nested_transaction() and PENDING in session.info:
        session.info[DUE] = [key for key, _ in session.info.pop(PENDING)]


@event.listens_for(Session, "after_soft_rollback")
def _keep_some(session: Session, ended: SessionTransaction) -> None:
    if ended.nested and PENDING in session.info:
        found = session.info[PENDING]
        session.info[PENDING] = [one for one in found if not is_within(one[1], ended)]


@event.listens_for(Session, "after_rollback")
def _keep(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)


# Not right after the commit, when the connection has yet to be given back: other writers wait.
@event.listens_for(Session, "after_transaction_end")
def _delete(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    for key in session.info.pop(DUE, ()):
        try:
            storage().delete(key)
        except StorageUnavailable:
            log.warning("%s is left over", key)


def init_app(app: Flask) -> None:
    app.extensions["uploads"] = []  # see `uploads.Upload.init_app`
    app.extensions["storage"] = _open(app.config["STORAGE_URL"], Path(app.instance_path))


def _open(url: str | None, instance: Path) -> Storage:
    if url and not url.startswith("file:"):
        return S3(split_url(url))
    path = unquote((url or "file:").removeprefix("file:"))
    return Folder(Path(path) if path else instance)
