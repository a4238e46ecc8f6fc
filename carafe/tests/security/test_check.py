"""`flask check`: what it prints, how it exits, what can be silenced."""

import json

import pytest

from carafe import checks
from carafe.testing.apps import another_app
from carafe.testing.checks import GOOD, findings, run
from carafe.testing.groups import require

TWO_WARNINGS = {"MAIL_URL": None, "TRUSTED_PROXIES": 0}


def test_it_prints_a_list_of_objects_and_nothing_else(app):
    result = run(app, "--json", **TWO_WARNINGS)
    problems = json.loads(result.stdout)
    assert [set(finding) for finding in problems] == [{"id", "level", "message", "remedy"}] * 3
    assert {finding["id"] for finding in problems} == {
        "mail.url",
        "security.trusted_proxies",
        "auth.no_admin",
    }
    assert all("\n" not in text and text for finding in problems for text in finding.values())


def test_it_prints_an_empty_list(app):
    result = run(app, "--json", "--silence", "auth.no_admin")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_it_prints_for_people_the_worst_first_and_a_sum(app):
    lines = run(app, **TWO_WARNINGS, SECRET_KEY="a" * 40).stdout.splitlines()
    levels = [line.split()[0] for line in lines[:-1:2]]
    assert levels == ["error", "warning", "warning", "info"]
    assert lines[-1] == "1 error, 2 warnings, 1 info"
    columns = {line.index(line.split()[1]) for line in lines[:-1:2]}
    assert len(columns) == 1
    assert "secrets.token_urlsafe(48)" in lines[1]


def test_it_says_that_it_found_nothing(app):
    assert run(app, "--silence", "auth.no_admin").stdout == "1 silenced\n"


@pytest.mark.parametrize(
    ("level", "exit_code"), [("info", 1), ("warning", 1), ("error", 0), (None, 0)]
)
def test_it_fails_from_the_level_asked_for_on(level, exit_code, app):
    arguments = ["--fail-level", level] if level else []
    assert run(app, *arguments, **TWO_WARNINGS).exit_code == exit_code


@pytest.mark.parametrize(("level", "exit_code"), [("info", 1), ("warning", 0)])
def test_it_fails_for_information_only_when_asked(level, exit_code, app):
    assert run(app, "--fail-level", level).exit_code == exit_code


def test_it_fails_by_default_for_an_error(app):
    assert run(app, SECRET_KEY="a" * 40).exit_code == 1


def test_it_refuses_a_level_that_does_not_exist(app):
    result = run(app, "--fail-level", "loud")
    assert result.exit_code == 2
    assert "'info', 'warning', 'error'" in result.stderr.splitlines()[-1]


def test_it_leaves_out_what_is_silenced_and_does_not_fail_for_it(app):
    bad = {"SECRET_KEY": "a" * 40} | TWO_WARNINGS
    silence = ["--silence", "security.secret_key", "--silence", "mail.url"]
    assert set(findings(app, *silence, **bad)) == {"security.trusted_proxies"}
    result = run(app, *silence, **bad)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 warning, 1 info, 2 silenced"


def test_it_leaves_out_what_the_settings_silence(app):
    result = run(app, SECRET_KEY="a" * 40, CHECK_SILENCE=["security.secret_key", "auth.no_admin"])
    assert (result.exit_code, result.stdout) == (0, "2 silenced\n")


def test_it_names_the_check_that_somebody_may_have_meant(app):
    result = run(app, "--silence", "mail.uri", "--silence", "auth.no_admin")
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert "'mail.uri'" in line
    assert "mail.url" in line
    assert "auth.no_admin" not in line
    assert result.stdout == ""


def test_it_tells_where_all_checks_are_listed(app):
    assert "docs/checks.md" in run(app, "--silence", "xyz").stderr


def test_a_setting_that_silences_nothing_is_found(app):
    problems = findings(app, CHECK_SILENCE=["mail.uri"])
    assert "mail.url" in problems.pop("security.silenced")["message"]
    assert problems == {}


def test_a_check_that_fails_is_an_error_and_the_others_are_made(app):
    def broken() -> str | None:
        raise LookupError("the reason\nof it")

    with another_app(app, **GOOD | TWO_WARNINGS) as made:
        checks.add(made, "test.broken", broken, level="info", remedy="None.")
        checks.add(made, "test.after", lambda: "two\nlines", level="info", remedy="None.")
        result = made.test_cli_runner().invoke(args=["check", "--json"])
    problems = {finding["id"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert problems["test.broken"]["level"] == "error"
    assert "LookupError: the reason of it" in problems["test.broken"]["message"]
    assert problems["test.after"]["message"] == "two lines"
    assert "mail.url" in problems


def test_a_check_is_left_out_while_what_it_needs_is_wrong(app):
    asked = []

    def check(id: str, message: str | None = None, **options: str) -> None:
        def look() -> str | None:
            asked.append(id)
            return message

        checks.add(made, id, look, level="info", remedy="None.", **options)  # type: ignore[arg-type]

    with another_app(app, **GOOD) as made:
        check("test.first", "wrong")
        check("test.second", depends_on="test.first")
        check("test.third", depends_on="test.second")
        check("test.fourth", depends_on="core.database")
        result = made.test_cli_runner().invoke(args=["check", "--silence", "test.first"])
    assert asked == ["test.first", "test.fourth"]
    assert "test.second, test.third" in result.stdout


def test_it_makes_outside_of_production_only_what_is_true_everywhere(app):
    bad = TWO_WARNINGS | {"SECRET_KEY": "a" * 40, "TRUSTED_HOSTS": ["*"]}
    assert findings(app, **bad | {"APP_ENV": "testing", "PUBLIC_URL": "http://localhost"}) == {}


def test_it_says_in_one_line_that_the_database_is_away(app, tmp_path):
    away = f"sqlite:///{tmp_path}/nowhere/app.db"
    result = run(app, DATABASE_URL=away)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    [line] = [line for line in result.stdout.splitlines() if "core.database " in line]
    assert "Can't connect to the database: unable to open database file" in line
    assert {"core.migrations", "auth.second_factor"} <= set(result.stdout.replace(",", "").split())
    assert set(findings(app, DATABASE_URL=away)) == {"core.database"}


def test_it_says_that_no_server_answers(app):
    require("postgres")
    problems = findings(app, DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/none")
    assert set(problems) == {"core.database"}
    assert "secret" not in str(problems)
