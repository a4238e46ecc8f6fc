"""What a setting says whose packages are not installed, in environments with other groups."""

import sys

import pytest

from carafe.config import missing_group


@pytest.mark.parametrize(
    ("groups", "command"),
    [
        (None, "bin/setup base postgres"),
        ("base\n", "bin/setup base postgres"),
        ("base dev redis\n", "bin/setup base dev redis postgres"),
    ],
)
def test_the_command_keeps_what_is_installed(groups, command, tmp_path, monkeypatch):
    if groups:
        (tmp_path / "groups").write_text(groups)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    error = missing_group("DATABASE_URL", "postgres")
    assert error.problem == "DATABASE_URL needs packages that aren't installed."
    assert error.remedy == f"Run {command}."
