"""Files created for a user in the background, stored for a while, and only theirs.

A view requests one with `request_export`, naming the job that creates it. The job passes its
content to `store_export`, and a view returns it with `download_response`. A row is deleted when its
time is over, but never because its file can't be read: another machine may have it.
"""

import logging
from datetime import timedelta
from itertools import chain
from typing import IO

from flask import Response, stream_with_context

from carafe.auth.models import UserMixin
from carafe.auth.signals import user_deleted
from carafe.database import db
from carafe.downloads import encrypted
from carafe.downloads.models import DATA_EXPORT, LIFETIME, Export
from carafe.jobs import JobDefinition

__all__ = [
    "DATA_EXPORT",
    "LIFETIME",
    "Export",
    "UnreadableError",
    "download_response",
    "request_export",
]


log = logging.getLogger(__name__)


class UnreadableError(Exception):
    """A file can't be read. The text is for its owner."""


def request_export(
    user: UserMixin, name: str, make: JobDefinition[...], *arguments: object, **labels: str
) -> bool:
    """Request a file, replacing the previous one; return False if one is already being created.

    `user` is locked, like `current_user.user`, so of two clicks, the second finds the first. `make`
    is the job; `labels` are its `label` in notifications and the `path` of its page.
    """
    export, job = Export.for_user(user.id, name)
    if export and export.is_running(job):
        return False
    job_id = make.with_options(subject=user.subject).enqueue(*arguments)
    if export:
        encrypted.drop(export.file, export.parts)
        export.restart(job_id)
        export.label, export.path = labels["label"], labels["path"]
    else:
        db.session.add(Export(user_id=user.id, name=name, job_id=job_id, **labels))
    return True


def store_export(user_id: int, name: str, content: IO[bytes], lifetime: timedelta) -> Export | None:
    """Store what a job created. Return None if nobody needs it anymore.

    Its parts may exist for an hour before the row names them: see `orphans`.
    """
    file, parts, size = encrypted.save(content)
    export = Export.locked(user_id, name)
    if export is None or export.file:  # they were deleted, or a retry competes with a newer one
        encrypted.drop(file, parts)
        return None
    export.finish(lifetime, file=file, parts=parts, size=size)
    return export


def download_response(export: Export, name: str, mimetype: str) -> Response:
    """Return a download with that name.

    Raise `UnreadableError`; the file stays, and can be replaced.
    """
    content = encrypted.read(export.file or "", export.parts)
    try:
        first = next(content)  # while a response can still say that it is missing
    except encrypted.MissingError as error:
        log.error("cannot offer an export: %s", error)
        raise UnreadableError("This file is not on this server. Try again later.") from error
    except ValueError as error:
        log.error("cannot open an export: %s", error)
        raise UnreadableError("This file is no longer available. Export it again.") from error
    response = Response(stream_with_context(chain([first], content)), mimetype=mimetype)
    response.content_length = export.size
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@user_deleted.connect
def _drop(user: UserMixin, **_: object) -> None:
    for export in db.session.query(Export).filter_by(user_id=user.id):
        encrypted.drop(export.file, export.parts)
