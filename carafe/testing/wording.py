"""Words that no page, email, or command uses: `docs/decisions.md` explains the style."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from flask import Flask

from carafe.testing.http import Browser
from carafe.testing.page_text import text_of
from carafe.testing.screens import sample_browsers, screens

# Patterns in lowercase, and what to write instead.
TERMS = {
    r"e-mails?": "email",
    r"(a|the|this|each|by) mail(?! server)|mails": "email",
    r"sign(s|ed|ing)?[ -](in|out|off)": "log in, log out",
    r"sign-ups?": "sign up (verb), signup (noun)",
    r"log-(in|out)s?": "log in (verb), login (noun)",
    r"second factors?": "two-factor authentication, 2FA",
    r"(security|access) codes?|code apps?": "recovery code, authenticator app",
    r"administrators?": "admin",
    r"act(s|ed|ing)? as": "view as",
    r"(some|every|any)body": "someone, everyone, anyone",
    r"anew|for ever|meanwhile|at the moment": "again, forever, right now",
    r"any ?more": "no longer",
    r"(the|your) \w+ (is|are) (saved|deleted|removed|changed|created|sent|added)\.": "Note saved",
    r"(leave|left) out|(take|taken|took) back|bring in": "omit, skip; undo, revoke; import",
    r"works until": "expires",
    r"sept": "Sep",
    r"\d+ %": "12%",
}
# Pages and emails contract; developers read these words in full.
CONTRACTIONS = {
    "(can|do|does|did|is|are|was|were|has|have|had|will|would|could|should) ?not": "can't, don't",
}
ADDRESS = re.compile(r"(?:https?:/)?/[\w/.?=&%#~+-]{2,}|[\w.+-]+@[\w.-]+")


@dataclass(frozen=True)
class Finding:
    """A banned phrase with the words around it, and where it stands."""

    place: str
    excerpt: str
    better: str

    def __str__(self) -> str:
        return f"{self.place}: …{self.excerpt}… Use: {self.better}"


def find_banned(place: str, text: str, *, contracted: bool = False) -> Iterator[Finding]:
    """Yield the banned phrases in a text. `contracted` bans "cannot" and the like as well."""
    text = ADDRESS.sub(" ", " ".join(text.replace("’", "'").split()))
    for pattern, better in (TERMS | (CONTRACTIONS if contracted else {})).items():
        for match in re.finditer(rf"(?<![\w{{])({pattern})(?!\w)", text, re.I):
            yield Finding(place, text[max(0, match.start() - 40) : match.end() + 40], better)


def check(findings: Iterable[Finding]) -> None:
    """Fail the test if there are any."""
    if texts := sorted({str(finding) for finding in findings}):
        pytest.fail("\n".join(texts), pytrace=False)


def page_findings(app: Flask, person: str) -> Iterator[Finding]:
    """Yield the banned phrases of the pages that a visitor, user, or admin sees."""
    for place, page in screens(app, sample_browsers(app)[person], "/"):
        yield from find_banned(f"{place} ({person})", text_of(page), contracted=True)


def email_findings(browser: Browser) -> Iterator[Finding]:
    """Yield the banned phrases of the emails that have a preview. `browser` is a developer's."""
    index = browser.get("/dev/previews").text
    for path in re.findall(r'href="(/dev/previews/[^"/]+)"', index):
        for part in (path, f"{path}/html"):
            yield from find_banned(part, text_of(browser.get(part).text), contracted=True)


def file_findings(folder: Path) -> Iterator[Finding]:
    """Yield the banned phrases in templates, scripts, and code, even those no test reaches."""
    for file in folder.rglob("*"):
        parts = {*file.relative_to(folder).parts}
        if not file.is_file() or {"tests", "testing", "vendor"} & parts:
            continue
        name = str(file.relative_to(folder.parent))
        if "templates" in parts and file.suffix in (".html", ".txt"):
            yield from _template_findings(name, file.read_text())
        elif file.suffix == ".js":
            for text in re.findall(r'"([A-Z][^"\n]*)"', file.read_text()):
                yield from find_banned(name, text, contracted=True)
        elif file.suffix == ".py":
            for line, text in _texts(ast.parse(file.read_text())):
                yield from find_banned(f"{name}:{line}", text)


def script_findings(root: Path) -> Iterator[Finding]:
    """Yield the banned phrases in the messages of the scripts in `bin` and `.ci`."""
    for file in sorted([*root.glob("bin/*"), *root.glob(".ci/*")]):
        source = file.read_text()
        if source.startswith("#!/usr/bin/env python3"):
            texts = [text for _, text in _texts(ast.parse(source))]
        else:
            code = re.sub(r"^\s*#.*", "", source, flags=re.M)
            texts = re.findall(r'"((?:[^"\\]|\\.)*)"', code)
        for text in texts:
            yield from find_banned(str(file.relative_to(root)), text, contracted=True)


def _template_findings(name: str, source: str) -> Iterator[Finding]:
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    tags = " ".join(re.findall(r"\{[{%].*?[}%]\}", source, flags=re.S))
    markup = re.sub(r"\{%.*?%\}", "", source, flags=re.S)
    page = text_of(re.sub(r"\{\{.*?\}\}", "…", markup, flags=re.S))
    for text in (page, *re.findall(r'"([A-Z][^"{}<>]*)"', tags)):
        yield from find_banned(name, text, contracted=True)


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string with a space or a capital, but docstrings and logs."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            skipped.update(ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
            if node not in skipped:
                parts = (v.value if isinstance(v, ast.Constant) else "…" for v in node.values)
                yield node.lineno, "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in skipped
            and re.search(r"[A-Z ]", node.value)
        ):
            yield node.lineno, node.value


def help_findings(app: Flask) -> Iterator[Finding]:
    """Yield the banned phrases in the help of the app's commands."""
    for name, command in app.cli.commands.items():
        yield from _help_findings(f"flask {name}", command)


def _help_findings(name: str, command: click.Command) -> Iterator[Finding]:
    context = click.Context(command, info_name=name)
    yield from find_banned(f"{name} --help", command.get_help(context))
    for child, subcommand in getattr(command, "commands", {}).items():
        yield from _help_findings(f"{name} {child}", subcommand)
