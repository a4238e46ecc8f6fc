"""docs/engine.md lists the packages of the engine, in order, and their public names."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from carafe import LAYERS

PAGE = (Path(__file__).parent.parent / "docs/engine.md").read_text()
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_it_has_all_packages_in_order():
    assert [*SECTIONS] == LAYERS


@pytest.mark.parametrize("package", LAYERS)
def test_its_table_has_the_public_names(package):
    cells = re.findall(r"^\| (`[^|]*) \|", SECTIONS[package], re.MULTILINE)
    names = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(names) == sorted(getattr(import_module(f"carafe.{package}"), "__all__", []))


def test_it_has_the_names_of_the_engine_itself():
    top = PAGE.partition("\n## ")[0]
    assert {*import_module("carafe").__all__} <= {*re.findall(r"`(?:carafe\.)?(\w+)", top)}


@pytest.mark.parametrize("template", ["base.html", "error.html", "mail/layout.html"])
def test_it_names_the_blocks_of_the_templates(template):
    source = (Path(__file__).parent.parent / "app/templates" / template).read_text()
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{template}` |")]
    blocks = re.findall(r"{% block (\w+) %}", source) if template != "error.html" else []
    assert {*blocks} <= {*re.findall(r"`(\w+)`", row)}
