"""A checkout has the same bytes everywhere, even if Git is told to convert line endings."""

import shutil
import subprocess
from pathlib import Path

import pytest

from carafe.config import ROOT

FOLDERS = ("bin", "docs", "app/static", "carafe/static")
COPIED = (*FOLDERS, ".gitattributes", "Dockerfile", "gunicorn.conf.py")


def git(folder: Path, *arguments: str) -> None:
    # The default of Git's installer for Windows.
    settings = ["-c", "core.autocrlf=true", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(
        ["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, timeout=60
    )


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone as Git creates it on Windows."""
    original, clone = (tmp_path_factory.mktemp("checkout") / name for name in ("a", "b"))
    original.mkdir()
    for name in COPIED:
        (original / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, original / name)
    (original / "excel.csv").write_bytes(b"a;b\r\n1;2\r\n")
    git(original, "init", "--quiet")
    git(original, "add", "--all")
    git(original, "commit", "--quiet", "--message", "x")
    git(original, "clone", "--quiet", str(original), str(clone))
    return clone


def test_it_changes_no_byte(windows: Path) -> None:
    files = [file for name in COPIED for file in (ROOT / name, *(ROOT / name).rglob("*"))]
    compared = 0
    for file in filter(Path.is_file, files):
        if "__pycache__" not in file.parts:
            assert (windows / file.relative_to(ROOT)).read_bytes() == file.read_bytes(), file
            compared += 1
    assert compared > 40
    assert (windows / "excel.csv").read_bytes() == b"a;b\r\n1;2\r\n"


def test_its_scripts_run(windows: Path) -> None:
    for script in (windows / "bin").iterdir():
        assert script.read_bytes().splitlines(keepends=True)[0] in (
            b"#!/bin/sh\n",
            b"#!/usr/bin/env python3\n",
        )
