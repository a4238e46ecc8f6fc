"""Lists as files: what is filtered, for programs and for Excel, at once or by a job."""

import csv
import gc
import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from string import ascii_uppercase
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from carafe.admin.lists import export
from carafe.database import db
from carafe.downloads import encrypted
from carafe.downloads.models import Export
from carafe.jobs.worker import run_due
from carafe.notifications import Notification
from carafe.personal_data.jobs import purge_exports
from carafe.storage import storage
from carafe.tabular import xlsx
from carafe.tests.site.models import User
from carafe.time import now

LIST = "/admin/users/"
PAGE, FILE = f"{LIST}export", f"{LIST}export/file"
CSV, EXCEL = f"{LIST}export.csv", f"{LIST}export.xlsx"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(content: bytes) -> list[list[list[str]]]:
    """Return the texts of the cells of each sheet, none of which is a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = sorted(name for name in archive.namelist() if "sheets/" in name)
        sheets = [ElementTree.fromstring(archive.read(name)) for name in names]
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    for tag in ("f", "hyperlink"):
        assert not [element for sheet in sheets for element in sheet.iter(f"{MAIN}{tag}")]
    return [[texts(row) for row in sheet.iter(f"{MAIN}row")] for sheet in sheets]


def texts(row: ElementTree.Element) -> list[str]:
    """Return the texts of a row, with "" for cells that the file leaves out."""
    by_letter = {cell.attrib["r"][0]: "".join(cell.itertext()) for cell in row}
    return [by_letter.get(letter, "") for letter in ascii_uppercase if letter <= max(by_letter)]


def made(folder, names, rows):
    file = io.BytesIO()
    cut = xlsx.write(file, str(folder), "A [list]: of 'all'", names, rows)
    assert list(folder.iterdir()) == []
    return cells(file.getvalue()), cut


@pytest.fixture
def ask(app, carol, sign_in):
    """Carol has a file made of the list with these arguments; her browser."""

    def call(path=EXCEL, query=""):
        browser = sign_in(carol)
        answer = browser.submit(f"{PAGE}{query}", action=f"{path}{query}")
        assert (answer.status_code, answer.location) == (303, f"{PAGE}{query}")
        return browser

    return call


@pytest.fixture
def long(monkeypatch):
    """Lists of more than two rows are too long to be answered at once."""
    monkeypatch.setattr(export, "MAX_DIRECT_ROWS", 2)


def test_a_workbook_has_what_is_filtered(app, alice, carol, make_user, ask):
    make_user("x@example.com", name="=cmd|' /C calc'!A0")
    browser = ask(query="?role=user&sort=-email")
    run_due(app)
    answer = browser.get(FILE)
    assert answer.mimetype == xlsx.MIMETYPE
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=users-{now():%Y-%m-%d}.xlsx"
    )
    [[names, *rows]] = cells(answer.data)
    assert names[:3] == ["id", "email", "name"]
    assert [row[1:3] for row in rows] == [
        [alice.email, alice.name],
        ["x@example.com", "=cmd|' /C calc'!A0"],
    ]


def test_a_workbook_holds_whatever_there_is(tmp_path):
    time = datetime(2026, 11, 21, 12, tzinfo=UTC)
    odd = "a\x00b\x1f\uffff<&>\"' _x0041_ \n 漢字🦆"
    values = [odd, time, True, None, 1.5, -7, 10**17, " = ", time.date(), Decimal("0.10")]
    [[names, row]], cut = made(tmp_path, ["a"] * 10, [values])
    assert names == ["a"] * 10
    assert row[0] == "a_x0000_b_x001F__xFFFF_<&>\"' _x005F_x0041_ \n 漢字🦆"
    assert float(row[1]) == pytest.approx(46347.5)
    assert row[2:] == ["1", "", "1.5", "-7", str(10**17), " = ", "46347", "0.10"]
    assert cut == 0


def test_a_workbook_holds_as_text_what_is_no_number_or_day_in_excel(tmp_path):
    early = datetime(1899, 1, 1, tzinfo=UTC)
    values = [early, early.date(), float("inf"), Decimal("NaN"), Decimal("0.1234567890123456")]
    values += [Decimal("1E+400"), Decimal("1E-400"), 1.7e308, 5e-324]
    [[_, row]], _ = made(tmp_path, ["a"] * len(values), [values])
    assert row == [str(value) for value in values]


@pytest.mark.parametrize(
    "text",
    ["<r>", "<r></r>", "<r><t>a & b</r>", "<r> x </r>", "https://example.com/", "1e5", "{=1+1}"],
)
def test_a_workbook_holds_text_that_looks_like_something_else(tmp_path, text):
    assert made(tmp_path, ["a"], [[text]]) == ([[["a"], [text]]], 0)


def test_a_workbook_goes_on_in_another_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4)
    sheets, _ = made(tmp_path, ["n"], [[n] for n in range(7)])
    assert sheets == [
        [["n"], ["0"], ["1"], ["2"]],
        [["n"], ["3"], ["4"], ["5"]],
        [["n"], ["6"]],
    ]


def test_a_workbook_without_rows_has_its_heading(tmp_path):
    assert made(tmp_path, ["n"], []) == ([[["n"]]], 0)


@pytest.mark.parametrize(
    "title", ["", "'", "''x''", "x" * 25 + "'s", "[]:*?/\\", "x" * 40, "🦆" * 20, "a\nb"]
)
def test_any_title_does_for_a_workbook(tmp_path, title):
    file = io.BytesIO()
    xlsx.write(file, str(tmp_path), title, ["n"], [[1]])
    assert cells(file.getvalue()) == [[["n"], ["1"]]]


@pytest.fixture
def folders(app, tmp_path, monkeypatch):
    """Return where temporary folders are made."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path / "temporary"


def test_it_deletes_what_a_killed_worker_left(app, carol, ask, folders):
    browser = ask()
    for name in (f"users-{carol.id}.x", f"users-{carol.id}-2.x", "old"):
        (folders / name).mkdir(parents=True)
        (folders / name / "rows").touch()
    os.utime(folders / "old", (0, 0))
    run_due(app)
    assert browser.get(FILE).mimetype == xlsx.MIMETYPE
    assert [folder.name for folder in folders.iterdir()] == [
        f"users-{carol.id}-2.x"
    ]  # another task's


# XlsxWriter leaves it to Python to close a workbook that is not finished.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_failure_leaves_no_file_behind(app, ask, folders, monkeypatch):
    ask()
    monkeypatch.setattr(xlsx, "plain_text", lambda value: 1 / 0)
    run_due(app)
    assert list(folders.iterdir()) == []
    gc.collect()  # while its warning is ignored


def test_a_text_that_no_cell_holds_is_cut_and_told(app, carol, ask, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_CHARACTERS", 10)
    browser = ask()
    run_due(app)
    assert "1 text was truncated" in browser.get(PAGE).text
    assert cells(browser.get(FILE).data)[0][1][1] == "carol@ex …"


def test_a_long_list_is_made_by_a_job(app, alice, bob, ask, long):
    browser = ask(CSV)
    assert browser.get(CSV).location == PAGE
    run_due(app)
    answer = browser.get(FILE)
    assert answer.mimetype == "text/csv"
    assert answer.content_length == len(answer.data)
    _, *rows = csv.reader(io.StringIO(answer.text))
    assert len(rows) == 3


def test_a_short_one_is_answered_at_once(alice, carol, sign_in, long):
    browser = sign_in(carol)
    assert f'href="{CSV}?role=user"' in browser.get(f"{PAGE}?role=user").text
    assert len(browser.get(f"{CSV}?role=user").text.splitlines()) == 2
    assert browser.get(f"{EXCEL}?role=user").location == f"{PAGE}?role=user"


def test_it_is_the_same_in_chunks(app, make_user, carol, sign_in, monkeypatch):
    for n in range(25):
        make_user(f"u{n}@example.com", confirmed_at=None)
    browser, answers = sign_in(carol), []
    for chunk, few in ((1000, 10_000), (10, 10_000), (10, 5)):
        monkeypatch.setattr(export, "BATCH_SIZE", chunk)
        monkeypatch.setattr(export, "COUNT_LIMIT", few)
        answers.append(browser.get(f"{CSV}?state=unconfirmed").text)
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].count("\n") == 26


def test_days_are_those_of_who_asks(app, carol, ask, make_user):
    make_user("late@example.com", created_at=datetime(2025, 6, 1, 23, 30, tzinfo=UTC))
    with app.app_context():
        db.session.execute(update(User).values(time_zone="Pacific/Auckland"))
        db.session.commit()
    browser = ask(query="?created_at.from=2025-06-02&created_at.to=2025-06-02")
    run_due(app)
    assert [row[1] for row in cells(browser.get(FILE).data)[0][1:]] == ["late@example.com"]


def test_the_page_shows_how_far_it_is(app, carol, ask):
    browser = ask()
    assert "Queued…" in browser.get(PAGE).text
    part = browser.get(f"{PAGE}/latest")
    assert "<progress" in part.text
    run_due(app)
    assert FILE in browser.get(f"{PAGE}/latest").text
    with app.app_context():
        assert db.session.scalars(select(Notification.title)).all() == ["users.xlsx is ready"]


def test_it_is_for_who_asked_alone(app, sam, ask, sign_in, visitor):
    ask()
    run_due(app)
    assert sign_in(sam).get(FILE).location == PAGE
    assert visitor.get(FILE).status_code == 303


def test_it_is_for_who_may_still_read_the_list(app, carol, ask, make_user):
    browser = ask()
    run_due(app)
    make_user("dora@example.com", role="admin")
    with app.app_context():
        db.session.execute(update(User).where(User.id == carol.id).values(role="user"))
        db.session.commit()
    assert browser.get(FILE).status_code == 403


def test_it_is_not_made_for_who_may_no_longer_read_the_list(app, carol, ask):
    ask()
    with app.app_context():
        db.session.execute(update(User).where(User.id == carol.id).values(role="user"))
        db.session.commit()
    run_due(app)
    with app.app_context():
        assert db.session.scalars(select(Export.file)).all() == [None]


def test_a_second_click_leads_to_the_one_that_runs(app, carol, ask):
    ask()
    ask(query="?role=user")
    assert run_due(app) == 1


def test_it_is_deleted_after_a_day(app, carol, ask):
    browser = ask()
    run_due(app)
    with app.app_context():
        expires, file = db.session.execute(select(Export.expires_at, Export.file)).one()
        assert storage().get(f"{encrypted.FOLDER}/{file}-0")
        assert expires
        assert expires - now() <= timedelta(days=1)
        db.session.execute(update(Export).values(expires_at=now()))
        db.session.commit()
        purge_exports.enqueue()
        db.session.commit()
    assert browser.get(FILE).location == PAGE
    run_due(app)
    with app.app_context():
        assert storage().get(f"{encrypted.FOLDER}/{file}-0") is None


def test_it_leaves_an_event(app, carol, ask, events):
    ask(query="?role=user")
    with app.app_context():
        assert events("list.exported") == [
            (carol.email, None, {"list": "users", "format": "xlsx", "chosen": {"role": "user"}})
        ]


def test_odd_arguments_break_nothing(carol, sign_in):
    browser = sign_in(carol)
    for query in ("endpoint=x", "_external=1&_scheme=x", "created_at.from=x", "role=%00"):
        assert browser.get(f"{PAGE}?{query}").status_code == 200
        assert browser.get(f"{EXCEL}?{query}").status_code == 303
        assert browser.get(f"{CSV}?{query}").status_code == 200
