"""The commands in `bin/` on a machine that lacks something. Each says what, on one line."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import ROOT

# All that the commands may find on this machine beside Python.
TOOLS = ("sh", "cat", "cmp", "cp", "dirname", "grep", "mkdir")

OLD = "exit 1"
# Stands in for Python: passes the checks, makes an environment of itself, fails as `pip` is told.
PYTHON = """
case "$*" in
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip"*) echo pip && exit "$PIP" ;;
esac
"""
WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1 ;; esac'


class Machine:
    """A checkout in a path with a space, and what is on the PATH."""

    def __init__(self, folder: Path):
        self.path = folder / "path"
        self.path.mkdir()
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool) or "")
        self.checkout = folder / "a checkout"
        shutil.copytree(ROOT / "bin", self.checkout / "bin")
        shutil.copytree(ROOT / "requirements", self.checkout / "requirements")

    def install(self, python: str) -> None:
        (self.path / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (self.path / "python3").chmod(0o755)

    def run(self, command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.checkout / "bin" / command],
            cwd="/", env={"PATH": str(self.path), **environ}, capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def complaint(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", ["dev", "test"])
def test_it_asks_for_a_newer_python(machine, command):
    machine.install(OLD)
    line = complaint(machine.run(command))
    assert "needs Python 3.11" in line
    assert "PYTHON=/path" in line
    assert not (machine.checkout / ".venv").exists()


def test_it_asks_for_a_newer_python_than_the_one_named(machine):
    machine.install(PYTHON)
    line = complaint(machine.run("setup", PYTHON="/nowhere/python3.8", PIP="0"))
    assert "PYTHON=/nowhere/python3.8 is not" in line


def test_it_asks_for_the_venv_module(machine):
    machine.install(WITHOUT_VENV)
    assert "apt install python3-venv" in complaint(machine.run("setup"))


def test_it_installs_again_what_was_cut_short_and_once_only(machine):
    machine.install(PYTHON)
    assert machine.run("setup", PIP="9").returncode == 9
    assert "pip" in machine.run("setup", PIP="0").stdout.splitlines()
    assert machine.run("setup", PIP="9").stdout == ""


def test_it_installs_again_when_the_lock_changes(machine):
    machine.install(PYTHON)
    machine.run("setup", PIP="0")
    with (machine.checkout / "requirements/dev.txt").open("a") as lock:
        lock.write("# another version\n")
    assert "pip" in machine.run("setup", PIP="0").stdout.splitlines()


@pytest.mark.parametrize("port", ["", "no port"], ids=["taken", "no number"])
def test_it_asks_for_another_port(machine, port):
    environment = machine.checkout / ".venv/bin"
    environment.mkdir(parents=True)
    (environment / "python").symlink_to(sys.executable)
    shutil.copy(machine.checkout / "requirements/dev.txt", machine.checkout / ".venv/lock.txt")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = port or str(taken.getsockname()[1])
        line = complaint(machine.run("dev", PORT=port))
    assert port in line
    assert "PORT=5001 bin/dev" in line
    assert not (machine.checkout / "instance").exists()


@pytest.mark.parametrize(
    ("name", "skips"), [("", True), ("production", True), ("development", False)]
)
def test_the_start_reads_no_file_that_the_server_does_not(machine, name, skips):
    environment = machine.checkout / ".venv/bin"
    environment.mkdir(parents=True)
    says = 'echo "FLASK_SKIP_DOTENV=$FLASK_SKIP_DOTENV $*"; case "$*" in *check) exit 1 ;; esac'
    (environment / "python").write_text(f"#!/bin/sh\n{says}\n")
    (environment / "python").chmod(0o755)
    done = machine.run("start", APP_ENV=name)
    assert done.returncode == 1
    value = "1" if skips else ""
    assert done.stdout.splitlines() == [
        f"FLASK_SKIP_DOTENV={value} -m flask {command}" for command in ("db upgrade", "check")
    ]
