"""Folders for files that are needed while something is made, and by name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import time

from flask import current_app

MAX_AGE_SECONDS = 24 * 60 * 60  # longer than any job may take


@contextmanager
def temporary_folder(task: str) -> Iterator[str]:
    """Yield a folder beside the data, where there is room for it, and delete it afterwards.

    What a killed process leaves is deleted when the same task is tried again, and otherwise after
    a day, with the next task of whatever kind.
    """
    root = Path(current_app.instance_path) / "temporary"
    root.mkdir(mode=0o700, exist_ok=True)
    for left_over in root.iterdir():
        if left_over.name.startswith(f"{task}.") or _age_seconds(left_over) > MAX_AGE_SECONDS:
            rmtree(left_over, ignore_errors=True)
    with TemporaryDirectory(dir=root, prefix=f"{task}.", ignore_cleanup_errors=True) as folder:
        try:
            yield folder
        finally:
            # A file that is still open after a failure would keep its room on the disk.
            for file in Path(folder).iterdir():
                os.truncate(file, 0)


def _age_seconds(folder: Path) -> float:
    try:
        return time() - folder.stat().st_mtime
    except FileNotFoundError:  # another task has just ended
        return 0
