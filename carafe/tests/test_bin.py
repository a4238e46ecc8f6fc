"""The commands in `bin/` on a machine that lacks something. Each says what, on one line."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from carafe.config import ROOT

# All that the commands may find on this machine beside Python.
TOOLS = ("sh", "cat", "cmp", "cp", "dirname", "grep", "id", "mkdir", "rm")

OLD = "exit 1"
# Stands in for Python: passes the checks, makes an environment of itself, fails as `pip` is told.
PYTHON = """
case "$*" in
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip"*) echo pip && exit "$PIP" ;;
esac
"""
# Stands in for uv, and tells which files it is given.
UV = """#!/bin/sh
case "$1 $2" in
    "venv "*) mkdir -p .venv/bin && cp "${0%/*}/python3" .venv/bin/python ;;
    "pip sync") echo "$@" ;;
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
        # All that `bin/port` imports.
        (self.checkout / "carafe").mkdir()
        for name in ("__init__.py", "version.py"):
            shutil.copy(ROOT / "carafe" / name, self.checkout / "carafe")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "carafe/config", self.checkout / "carafe/config", ignore=ignored)
        shutil.copy(ROOT / "config.py", self.checkout)

    def install(self, python: str) -> None:
        (self.path / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (self.path / "python3").chmod(0o755)

    def run(
        self, command: str, *arguments: str, **environ: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.checkout / "bin" / command, *arguments],
            cwd="/", env={"PATH": str(self.path), **environ}, capture_output=True, text=True,
        )  # fmt: skip

    def setup(self, *groups: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return self.run("setup", *groups, **{"PIP": "0"} | environ)

    def groups(self) -> list[str]:
        return (self.checkout / ".venv/groups").read_text().split()

    def lock(self) -> bytes:
        return (self.checkout / ".venv/lock.txt").read_bytes()

    def has_groups(self, *names: str) -> None:
        """Pretend that these are installed."""
        environment = self.checkout / ".venv"
        environment.mkdir(exist_ok=True)
        (environment / "groups").write_text(" ".join(names))
        locks = [(self.checkout / f"requirements/{name}.txt").read_bytes() for name in names]
        (environment / "lock.txt").write_bytes(b"".join(locks))


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
    assert "PYTHON=/nowhere/python3.8 isn't" in line


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
    assert machine.groups() == ["base", "dev"]


def test_it_installs_base_and_dev_at_first_and_then_what_is_there(machine):
    machine.install(PYTHON)
    assert machine.setup().stdout.startswith("Installing base dev into .venv")
    machine.setup("dev", "browser")
    assert machine.groups() == ["base", "browser", "dev"]
    for command in (), ("--with", "dev"), ("browser", "dev", "base"):
        assert machine.setup(*command).stdout == ""
    assert machine.groups() == ["base", "browser", "dev"]


def test_it_adds_groups_and_takes_them_away(machine):
    machine.install(PYTHON)
    machine.setup("base", "redis", "postgres")
    assert machine.groups() == ["base", "postgres", "redis"]
    locks = [(machine.checkout / f"requirements/{name}.txt") for name in machine.groups()]
    assert machine.lock() == b"".join(lock.read_bytes() for lock in locks)
    machine.setup("--with", "s3")
    assert machine.groups() == ["base", "postgres", "redis", "s3"]
    machine.setup("base", "redis")
    assert machine.groups() == ["base", "redis"]


def test_it_installs_the_same_with_uv(machine):
    machine.install(PYTHON)
    (machine.path / "uv").write_text(UV)
    (machine.path / "uv").chmod(0o755)
    done = machine.setup("base", "redis", "postgres")
    files = "requirements/base.txt requirements/postgres.txt requirements/redis.txt"
    assert done.stdout.splitlines()[1].endswith(f"--require-hashes {files}")
    assert machine.groups() == ["base", "postgres", "redis"]
    assert machine.setup("--with", "redis").stdout == ""


def test_it_keeps_to_the_groups_of_what_was_cut_short(machine):
    machine.install(PYTHON)
    assert machine.setup("base", "redis", PIP="9").returncode == 9
    assert machine.setup().returncode == 0
    assert machine.groups() == ["base", "redis"]


def test_it_installs_whatever_is_locked(machine):
    machine.install(PYTHON)
    machine.setup("all")
    names = sorted(path.stem for path in (ROOT / "requirements").glob("*.txt"))
    assert machine.groups() == names


def test_groups_install_together_and_name_no_registry():
    pins: dict[str, set[str]] = {}
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        for name, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.M):
            pins.setdefault(name, set()).add(version)
    assert {name for name, versions in pins.items() if len(versions) > 1} == set()


def test_it_names_the_groups_there_are(machine):
    machine.install(PYTHON)
    line = complaint(machine.setup("base", "mysql"))
    assert "Unknown group: mysql" in line
    assert "postgres redis" in line
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize("command", ["postgres", "redis"])
def test_it_adds_what_a_server_of_its_own_needs(command, machine):
    machine.install(PYTHON)
    machine.setup("dev", "browser")
    machine.run(command, PIP="0")
    assert machine.groups() == sorted(["base", "browser", "dev", command])


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """A checkout that is set up. What it would run is printed, with the settings that it got."""
    environment = machine.checkout / ".venv/bin"
    environment.mkdir(parents=True)
    says = f"""#!/bin/sh
    [ "$1" != bin/port ] || exec "{sys.executable}" "$@"
    echo "PORT=$PORT PUBLIC_URL=$PUBLIC_URL $*"
    """
    (environment / "python").write_text(says)
    (environment / "python").chmod(0o755)
    machine.has_groups("base", "dev")
    return machine


@contextmanager
def listener(address: str, port: int = 0) -> Iterator[int]:
    """Something that listens there; any other listener will do as well."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as taken:
        with suppress(OSError):
            taken.bind((address, port))
            taken.listen()
        yield port or taken.getsockname()[1]


ADDRESSES = ["127.0.0.1", "0.0.0.0", *(["::1", "::"] if socket.has_ipv6 else [])]


@pytest.mark.parametrize(
    ("place", "address"),
    [(".env", "127.0.0.1"), *(("environment", address) for address in ADDRESSES)],
)
def test_it_asks_for_another_port_where_that_is_taken(place, address, ready):
    with listener(address) as port:
        environ = {"PORT": str(port)} if place == "environment" else {}
        (ready.checkout / ".env").write_text("" if environ else f"PORT={port}\n")
        line = complaint(ready.run("dev", **environ))
    assert str(port) in line
    assert "PORT=5001 bin/dev" in line


def test_it_asks_for_another_port_where_that_is_none(ready):
    for port in ("no port", "0", "70000", "-1"):
        line = complaint(ready.run("dev", PORT=port))
        assert port in line
        assert "PORT=5001 bin/dev" in line


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_takes_the_next_port_that_is_free(address, ready):
    with listener(address, 5000), listener(address, 5001):
        lines = ready.run("dev").stdout.splitlines()
    [line] = [line for line in lines if line.startswith("Open http://localhost:")]
    port = int(line.rpartition(":")[2])
    assert 5001 < port < 5100
    assert lines[-1] == (
        f"PORT={port} PUBLIC_URL=http://localhost:{port} -m flask run --debug --port {port}"
    )


def test_it_tells_of_a_file_that_cannot_be_read(ready):
    (ready.checkout / ".env").write_text("PORT=5000\n", encoding="utf-16")
    assert "is not UTF-8" in complaint(ready.run("dev"))


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


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("Read-only file system", "Mount its file system read-write"),
        ("No space left on device", "Free up space"),
        ("Not a directory", "Set INSTANCE_PATH to a folder"),
        ("Permission denied", "must own it"),
    ],
)
def test_it_says_why_its_folder_cannot_be_written(cause, remedy, machine, tmp_path):
    (machine.path / "mkdir").unlink()
    (machine.path / "mkdir").write_text(f"#!/bin/sh\necho 'mkdir: x: {cause}' >&2\nexit 1\n")
    (machine.path / "mkdir").chmod(0o755)
    line = complaint(machine.run("start", INSTANCE_PATH=str(tmp_path / "state")))
    assert f"Can't write to INSTANCE_PATH={tmp_path / 'state'}: {cause}." in line
    assert remedy in line


def test_it_wants_a_folder_and_no_file(machine, tmp_path):
    file = tmp_path / "state"
    file.touch()
    line = complaint(machine.run("start", INSTANCE_PATH=str(file)))
    assert "Set INSTANCE_PATH to a folder" in line


@pytest.mark.parametrize(("installed", "requested"), [(["base", "dev"], "base"), (["base"], "dev")])
def test_it_never_replaces_an_environment_of_the_other_kind(machine, installed, requested):
    machine.install(PYTHON)
    machine.has_groups(*installed)
    assert "rm -r .venv" in complaint(machine.setup(requested))
    environment = machine.checkout / ".venv"
    assert sorted(path.name for path in environment.iterdir()) == ["groups", "lock.txt"]


@pytest.mark.parametrize("command", ["dev", "test", "ci", "postgres", "redis"])
def test_it_adds_no_tools_to_a_production_environment(command, machine):
    machine.install(PYTHON)
    machine.has_groups("base", "postgres")
    assert "rm -r .venv" in complaint(machine.run(command, PIP="0"))
    assert machine.groups() == ["base", "postgres"]
