"""`flask template …`: the app's own version of one of the engine's templates."""

import json

import pytest

NAME = "auth/emails/reset/subject.txt"
OTHER = "admin/list.html"


@pytest.fixture
def folder(app, monkeypatch, tmp_path):
    """The app's folder of templates."""
    monkeypatch.setattr(app.jinja_loader, "searchpath", [tmp_path, *app.jinja_loader.searchpath])
    return tmp_path


@pytest.fixture
def run(app, folder):
    return lambda *arguments: app.test_cli_runner().invoke(args=["template", *arguments])


@pytest.fixture
def problem(app):
    def check():
        result = app.test_cli_runner().invoke(args=["check", "--json"])
        findings = {finding["id"]: finding for finding in json.loads(result.stdout)}
        return findings.get("core.overrides", {}).get("message")

    return check


def test_a_copy_shows_the_same_and_is_up_to_date(app, folder, run, problem):
    original = app.jinja_env.overlay(cache_size=0).get_template(NAME).render()
    assert run("override", NAME).output == f"Change {folder / NAME}.\n"
    assert (folder / NAME).read_text().startswith(f"{{# replaces {NAME} of carafe ")
    copy = app.jinja_env.overlay(cache_size=0).get_template(NAME)
    assert (copy.filename, copy.render()) == (str(folder / NAME), original)
    assert problem() is None
    assert f"* {NAME}\n" in run("list").output
    assert f"  {OTHER}\n" in run("list").output


def test_a_change_of_the_original_is_reported_until_the_copy_is_marked(folder, run, problem):
    run("override", OTHER)
    file = folder / OTHER
    text = file.read_text()
    start, _, remainder = text.partition("\n")
    older = " ".join([*start.split(" ")[:-2], "0" * 12, "-#}"]).replace("carafe 0.1", "carafe 0.0")
    file.write_text(f"{older}\n{remainder}<p>Mine</p>")
    assert "admin/list.html replaces that of carafe 0.0" in problem()
    assert "has changed since" in problem()
    assert run("mark", OTHER).exit_code == 0
    assert problem() is None
    assert file.read_text() == f"{text}<p>Mine</p>"


def test_a_file_without_its_version_is_reported_until_it_is_marked(folder, run, problem):
    (folder / "admin").mkdir()
    (folder / OTHER).write_text("Mine")
    assert "admin/list.html doesn't say which version it replaces" in problem()
    run("mark", OTHER)
    assert problem() is None
    assert (folder / OTHER).read_text().endswith("-#}\nMine")


def test_a_replacement_of_a_template_that_is_gone_is_reported(folder, run, problem):
    run("override", OTHER)
    (folder / OTHER).rename(folder / "admin" / "old_list.html")
    assert "admin/old_list.html replaces a template that carafe" in problem()


def test_a_file_where_flask_does_not_look_first_is_reported(app, run, problem, tmp_path):
    blueprint = app.blueprints["things"]
    folder = tmp_path / "feature"
    (folder / "admin").mkdir(parents=True)
    (folder / OTHER).write_text("Mine")
    assert problem() is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blueprint, "jinja_loader", type(app.jinja_loader)(folder), raising=False)
        assert f"{folder / OTHER} is never used" in problem()


def test_it_never_writes_over_a_file_nor_outside_the_folder(folder, run):
    run("override", OTHER)
    (folder / OTHER).write_text("Mine")
    assert f"{folder / OTHER} already exists." in run("override", OTHER).output
    assert (folder / OTHER).read_text() == "Mine"
    for command in ("override", "mark"):
        assert "The engine has no template ../x." in run(command, "../x").output
    assert f"No such file: {folder / NAME}." in run("mark", NAME).output
