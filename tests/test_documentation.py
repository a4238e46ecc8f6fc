"""What the documentation refers to is there, so that a table does not outlive what it tells of."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

FILE = re.compile(r"(?<![\w/.-])(?:app|bench|bin|carafe|tests)/[\w/-]+\.py\b")
TEST = re.compile(r"((?:carafe/)?tests/[\w/]+\.py)::(\w+)")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_names_files_that_exist(page):
    text = page.read_text()
    missing = {name for name in FILE.findall(text) if not (ROOT / name).is_file()}
    missing |= {name for name in LINK.findall(text) if not (page.parent / name).exists()}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_names_tests_that_exist(page):
    named = TEST.findall(page.read_text())
    missing = {f"{file}::{name}" for file, name in named if name not in functions(file)}
    assert missing == set()
