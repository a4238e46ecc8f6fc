"""What the documentation refers to exists."""

import ast
import re
from functools import cache
from pathlib import Path

import click
import pytest
from flask.cli import routes_command, run_command, shell_command

from app import FEATURES

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

FILE = re.compile(r"(?<![\w/.-])(?:app|bench|bin|carafe|tests)/[\w/-]+\.py\b")
TEST = re.compile(r"((?:carafe/)?tests/[\w/]+\.py)::(\w+)")
# Flask's own commands.
FLASK = {"run": run_command, "shell": shell_command, "routes": routes_command}
# Features that an owner may delete, and that the documentation mentions.
SHIPPED = {"account", "admin", "main", "notes"}
SCRIPT = re.compile(r"(?<![\w/.])bin/[a-z-]+(?![\w/.-])")
COMMAND = re.compile(r"(?:`|bin/|^)flask ((?:[a-z][a-z-]+ ?)+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def is_deleted(name: str) -> bool:
    """Return whether a file belonged to a feature that the owner has deleted, or to the starter."""
    if name.startswith("bench/") and not (ROOT / "bench").exists():
        return True
    return name.split("/")[1] in SHIPPED - {*FEATURES}


def is_there(name: str) -> bool:
    return (ROOT / name).is_file() or is_deleted(name)


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_names_files_that_exist(page):
    text = page.read_text()
    missing = {name for name in FILE.findall(text) if not is_there(name)}
    missing |= {name for name in LINK.findall(text) if not (page.parent / name).exists()}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_names_tests_that_exist(page):
    named = TEST.findall(page.read_text())
    named = [(file, name) for file, name in named if not is_deleted(file)]
    missing = {f"{file}::{name}" for file, name in named if name not in functions(file)}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_names_scripts_and_commands_that_exist(app, page):
    text = page.read_text()
    assert {name for name in SCRIPT.findall(text) if not (ROOT / name).exists()} <= {"bin/new"}
    for words in map(str.split, COMMAND.findall(text)):
        command = app.cli
        while words and isinstance(command, click.Group):
            name = words.pop(0)
            command = command.get_command(click.Context(command), name) or FLASK.get(name)
            assert command, f"flask {name}"
