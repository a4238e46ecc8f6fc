"""`flask check`"""

import json
from dataclasses import asdict
from difflib import get_close_matches

import click
from flask import current_app
from flask.cli import with_appcontext

from carafe import checks
from carafe.checks import LEVELS, Finding, Outcome
from carafe.cli import Command

LEVEL_COLORS = {"info": "blue", "warning": "yellow", "error": "red"}


@click.command("check", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Output as JSON.")
@click.option(
    "--fail-level",
    type=click.Choice(LEVELS),
    default="error",
    show_default=True,
    help="Exit with status 1 for findings at this level or above.",
)
@click.option("--silence", metavar="ID", multiple=True, help="Skip a check. Can be repeated.")
@with_appcontext
def check(as_json: bool, fail_level: str, silence: tuple[str, ...]) -> None:
    """Check this deployment for problems. See docs/checks.md."""
    silenced = silenced_ids(silence)
    outcome = checks.run()
    findings = [finding for finding in outcome.findings if finding.id not in silenced]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        print_report(findings, outcome)
    if any(LEVELS.index(finding.level) >= LEVELS.index(fail_level) for finding in findings):
        raise SystemExit(1)


def silenced_ids(ids: tuple[str, ...]) -> set[str]:
    if "refusal" in current_app.extensions:
        return set()  # the features' checks are unknown, and this one stops the start anyway
    if problem := unknown_ids(list(ids)):
        raise click.ClickException(problem)
    return {*ids, *current_app.config["CHECK_SILENCE"]}


def unknown_ids(ids: list[str]) -> str | None:
    """Return which of these IDs are unknown, with similar ones."""
    check_ids = checks.ids()
    wrong = [id for id in ids if id not in check_ids]
    close = {match: None for id in wrong for match in get_close_matches(id, check_ids, cutoff=0.5)}
    if not wrong:
        return None
    hint = f"Did you mean {' or '.join(close)}?" if close else "See docs/checks.md for a list."
    return f"No such check: {', '.join(map(repr, wrong))}. {hint}"


def print_report(findings: list[Finding], outcome: Outcome) -> None:
    width = max((len(finding.id) for finding in findings), default=0)
    for finding in findings:
        level = click.style(f"{finding.level:7}", fg=LEVEL_COLORS[finding.level], bold=True)
        click.echo(f"{level}  {finding.id:{width}}  {finding.message}")
        click.echo(f"{'':7}  {'':{width}}  -> {finding.remedy}")
    if outcome.skipped:
        click.echo(f"Skipped because of these: {', '.join(outcome.skipped)}")
    click.echo(summary(findings, outcome))


def summary(findings: list[Finding], outcome: Outcome) -> str:
    levels = [finding.level for finding in findings]
    counts = {
        level + ("s" if level != "info" and levels.count(level) > 1 else ""): levels.count(level)
        for level in reversed(LEVELS)
    }
    counts["silenced"] = len(outcome.findings) - len(findings)
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    return ", ".join(parts) or "No problems found."
