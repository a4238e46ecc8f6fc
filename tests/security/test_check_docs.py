"""docs/checks.md lists every check correctly."""

from carafe import checks
from carafe.config import ROOT
from carafe.testing.apps import another_app
from carafe.testing.checks import GOOD


def rows() -> list[tuple[str, ...]]:
    lines = (ROOT / "docs/checks.md").read_text().splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    return [tuple(cell.strip(" `") for cell in row) for row in cells]


def test_it_lists_every_check_with_level_place_and_remedy(app):
    with another_app(app, **GOOD) as made:
        registered = checks.CHECKS.by_name(made).values()
    assert [(id, level, place, remedy) for id, level, place, _, remedy in rows()] == [
        (
            check.id,
            check.level,
            "everywhere" if check.all_environments else "production",
            check.remedy,
        )
        for check in registered
    ]


def test_it_lists_each_once_by_its_feature(app):
    ids = [row[0] for row in rows()]
    assert len(set(ids)) == len(ids)
    for id in ids:
        feature, _, noun = id.partition(".")
        folders = [ROOT / top / feature for top in ("app", "carafe")]
        assert feature == "core" or any(folder.is_dir() for folder in folders), id
        assert noun.isidentifier(), id


def test_it_says_what_each_is_about():
    assert all(len(row[3]) > 20 for row in rows())
