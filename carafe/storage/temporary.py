"""Folders for files that a task needs while it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import time

from flask import current_app

MAX_AGE_SECONDS = 24 * 60 * 60  # longer than any job may run


@contextmanager
def temporary_folder(task: str) -> Iterator[str]:
    """Yield a folder next to the data, where there is space for it, and delete it afterwards.

    A folder that a killed process left is deleted when the same task runs again, or by any task
    after a day.
    """
    root = Path(current_app.instance_path) / "temporary"
    root.mkdir(mode=0o700, exist_ok=True)
    for leftover in root.iterdir():
        if leftover.name.startswith(f"{task}.") or _age_seconds(leftover) > MAX_AGE_SECONDS:
            rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(dir=root, prefix=f"{task}.", ignore_cleanup_errors=True) as folder:
        try:
            yield folder
        finally:
            # A file left open after a failure would keep its disk space.
            for file in Path(folder).iterdir():
                os.truncate(file, 0)


def _age_seconds(folder: Path) -> float:
    try:
        return time() - folder.stat().st_mtime
    except FileNotFoundError:  # another task has just ended
        return 0
