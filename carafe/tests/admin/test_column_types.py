"""Columns of common types in lists, filters, forms, and imports, declared by their names."""

import csv
import io
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text

from carafe import admin
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.apps import another_app
from carafe.testing.imports import Importer
from carafe.testing.sample_model import NAMES, Mood, Sample, Scratch, State
from carafe.testing.sessions import open_session
from carafe.web.fields import ChoiceField
from carafe.web.forms import Form

LIST = "/admin/samples/"
FORM = [name for name in NAMES if name != "settings"]
ID = "12345678-1234-5678-1234-567812345678"
TYPED = {
    "title": "Boat",
    "state": "BROKEN",
    "mood": "glad as can be",
    "price": "12.50",
    "day": "2026-02-28",
    "moment": "2026-02-28T15:30",
    "clock": "15:30",
    "count": "7",
    "small": "1",
    "ratio": "0.25",
    "is_open": "y",
    "maybe": "no",
    "text": "a\nb",
    "number": ID,
}
VALUES = {
    "title": "Boat",
    "state": State.BROKEN,
    "mood": Mood.GLAD,
    "price": Decimal("12.50"),
    "day": date(2026, 2, 28),
    "moment": datetime(2026, 2, 28, 15, 30, tzinfo=UTC),
    "clock": time(15, 30),
    "count": 7,
    "small": 1,
    "ratio": 0.25,
    "is_open": True,
    "maybe": False,
    "text": "a\nb",
    "number": UUID(ID),
}


@pytest.fixture(scope="module")
def made(application):
    with another_app(application) as app:
        with app.app_context():
            Scratch.metadata.create_all(db.engine)
        admin.add(
            app,
            Sample,
            columns=NAMES,
            filters=[name for name in FORM if name not in ("title", "text")],
            form=FORM,
            title="title",
            read_only=["settings"],
            imports=FORM,
        )
        yield app
        with app.app_context():
            Scratch.metadata.drop_all(db.engine)


@pytest.fixture
def browser(made, carol):
    with made.app_context():
        db.session.execute(delete(Sample))
        db.session.commit()
    return open_session(made, carol)


@pytest.fixture
def stored(made):
    """The values of the only row there is."""

    def read():
        with made.app_context():
            row = db.session.scalars(select(Sample)).one()
            return {name: getattr(row, name) for name in FORM}

    return read


@pytest.fixture
def row_id(made, browser):
    with made.app_context():
        row = Sample(**VALUES, settings={"a": [1, "ü"]})
        db.session.add(row)
        db.session.commit()
        return row.id


def test_a_row_is_made_and_changed(browser, stored):
    answer = browser.submit(f"{LIST}new", TYPED)
    assert answer.status_code == 303, answer.text
    assert stored() == VALUES
    page = answer.location
    assert browser.submit(page, {"price": "-3", "state": "IN_USE", "number": ""}).status_code == 303
    changed = {"price": Decimal(-3), "state": State.IN_USE, "number": None}
    assert stored() == VALUES | changed
    assert browser.submit(page, {"mood": "", "maybe": ""}).status_code == 303
    assert stored() == VALUES | changed | {"mood": None, "maybe": None}


def test_a_page_that_is_sent_back_as_it_is_changes_nothing(browser, row_id, stored, made):
    with made.app_context():
        db.session.get_one(Sample, row_id).clock = time(15, 30, 45)
        db.session.commit()
    assert browser.submit(f"{LIST}{row_id}").status_code == 303
    assert stored() == VALUES | {"clock": time(15, 30, 45)}


IMPOSSIBLE = [
    {"state": "GREEN", "mood": "GLAD", "price": "1e99", "day": "2026-02-30", "clock": "25:00"}
    | {"count": "99999999999", "small": "40000", "ratio": "inf", "maybe": "perhaps"}
    | {"number": "x"},
    {"state": "", "price": "NaN", "day": "0001-01-01", "number": "1" * 5000},
    {"state": "State.BROKEN", "price": "1.234"},
    {"price": "123456789"},
    {"price": "a"},
    {"price": ""},
]


def test_a_value_that_cannot_be_is_refused_at_its_field(browser, row_id, stored):
    for path in (f"{LIST}new", f"{LIST}{row_id}"):
        form = browser.fill(path)
        for typed in IMPOSSIBLE:
            answer = browser.send(form, TYPED | typed)
            assert answer.status_code == 422, typed
            assert set(re.findall(r'aria-describedby="(\w+)-error', answer.text)) == typed.keys()
    assert stored() == VALUES


def test_a_list_shows_and_exports_them(browser, row_id):
    page = browser.get(LIST).text
    for shown in (
        "Broken",
        "Glad",
        "12.50",
        "Feb 28, 2026",
        "3:30 PM",
        "0.25",
        ID,
        "&#34;a&#34;: [1",
    ):
        assert shown in page
    file = browser.get(f"{LIST}export.csv").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(file, newline=""))
    assert (row["state"], row["mood"], row["price"]) == ("broken", "glad as can be", "12.50")
    assert (row["day"], row["clock"]) == ("2026-02-28", "15:30:00")
    assert row["settings"] == '{"a": [1, "ü"]}'


FILTERS = [
    ("state=BROKEN", True),
    ("state=IN_USE", False),
    ("mood=glad as can be", True),
    ("price.from=12.5&price.to=12.50", True),
    ("price.to=12.49", False),
    ("price.from=-1e9", True),
    ("price.from=NaN&price.to=x", True),
    ("day.from=2026-02-28&day.to=2026-02-28", True),
    ("day.to=2026-02-27", False),
    ("clock.from=15:30&clock.to=15:30", True),
    ("clock.from=15:31", False),
    ("ratio.from=0.2&ratio.to=0.3", True),
    ("is_open=yes", True),
    ("count.from=8", False),
    (f"number={ID}", True),
    (f"number={ID[:-1]}9", False),
    ("number=x", False),
]


def test_a_list_is_filtered_by_them(browser, row_id):
    for query, is_there in FILTERS:
        answer = browser.get(f"{LIST}?{query}")
        assert answer.status_code == 200
        assert (f'href="{LIST}{row_id}"' in answer.text) == is_there, query


def test_a_range_that_cannot_be_read_is_named(browser, row_id):
    page = browser.get(f"{LIST}?price.from=cheap&price.to=20").text
    assert "Price: “cheap” isn&#39;t a number, so it was ignored." in page
    assert f'href="{LIST}{row_id}"' in page
    assert "was ignored" not in browser.get(f"{LIST}?price.from=1&price.to=").text
    assert "Day: “soon” isn&#39;t a date" in browser.get(f"{LIST}?day.to=soon").text


def test_a_text_that_is_no_member_is_shown_and_can_be_mended(made, browser, row_id, stored):
    """It was written past the app, or before a member was renamed."""
    with made.app_context():
        db.session.execute(text("UPDATE scratch_sample SET state = 'GREEN'"))
        db.session.commit()
    assert "GREEN" in browser.get(LIST).text
    assert "GREEN" in browser.get(f"{LIST}export.csv").text
    page = f"{LIST}{row_id}"
    assert "GREEN (no longer a choice)" in browser.get(page).text
    answer = browser.submit(page, {"title": "Ship"})
    assert answer.status_code == 422
    assert "Choose one of these." in answer.text
    assert browser.submit(page, {"state": "IN_USE"}).status_code == 303
    assert stored() == VALUES | {"state": State.IN_USE}


def test_a_row_with_such_a_text_can_be_deleted(made, browser, row_id):
    with made.app_context():
        db.session.execute(text("UPDATE scratch_sample SET state = 'GREEN'"))
        db.session.commit()
    assert browser.submit(f"{LIST}{row_id}/delete").status_code == 303
    with made.app_context():
        assert db.session.scalars(select(Sample.id)).all() == []


@pytest.fixture
def bring(made, browser):
    """Imports a file with these cells in one row; what was said of bad ones."""

    def call(delimiter=",", chosen=None, **cells):
        file = io.StringIO(newline="")
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([list(cells), list(cells.values())])
        importer = Importer(made, browser, LIST)
        importer.upload(file.getvalue())
        if chosen:
            importer.send("format", chosen)
        importer.check_rows()
        importer.send("rows", {"mode": "good"})  # refused where no row is
        run_due(made)
        return importer.look()

    return call


def test_an_import_reads_what_an_export_writes(browser, row_id, bring, made, stored):
    file = browser.get(f"{LIST}export.csv").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(file, newline=""))
    with made.app_context():
        db.session.execute(delete(Sample))
        db.session.commit()
    bring(**row)
    assert stored() == VALUES


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            {"price": "12,50", "ratio": "0,25", "day": "28.2.2026", "moment": "28.02.2026 15:30"}
            | {"clock": "3:30 pm", "is_open": "TRUE", "maybe": "FALSE"},
            {},
        ),
        (
            {"price": "1.234,5", "day": "28/02/2026", "state": "Broken", "mood": "sad"},
            {"price": Decimal("1234.5"), "mood": Mood.SAD},
        ),
        (
            {"price": "1 234,50", "day": "2/28/2026", "moment": "2/28/2026 3:30:00 PM"},
            {"price": Decimal("1234.5")},
        ),
        ({"price": "-1'234.50", "day": "2026/02/28"}, {"price": Decimal("-1234.5")}),
        ({"price": "1,234.50"}, {"price": Decimal("1234.5")}),
        ({"price": "1.234", "ratio": "0,25"}, {"price": Decimal(1234)}),
        ({"count": "1,234"}, {"count": 1234}),
    ],
)
def test_an_import_reads_numbers_and_dates_of_any_country(written, expected, bring, stored):
    cells = {**TYPED, "moment": "2026-02-28 15:30", "maybe": "no", **written}
    bring(";", **cells)
    assert stored() == VALUES | expected


@pytest.mark.parametrize(
    ("written", "messages"),
    [
        (
            {"price": "1,234", "ratio": "2", "day": "03/04/2026", "state": "GREEN", "number": "x"},
            [
                "This number is ambiguous.",
                "The day and month are ambiguous.",
                "Use one of: IN_USE, BROKEN.",
                "Write an ID as",
            ],
        ),
        (
            {"price": "1.239", "day": "03/04/26"},
            [
                "Write at most 2 digits after the decimal point.",
                "Write the year with four digits.",
            ],
        ),
        ({"day": "tomorrow"}, ["Write a date as 2026-11-21."]),
    ],
)
def test_an_import_names_what_it_cannot_read(written, messages, bring, made):
    page = bring(";", **{**TYPED, "moment": "2026-02-28 15:30", **written})
    for message in messages:
        assert message in page
    with made.app_context():
        assert db.session.scalars(select(Sample)).all() == []


@pytest.mark.parametrize(
    ("chosen", "written", "expected"),
    [
        (
            {"dates": "mdy", "decimal": "."},
            {"day": "03/04/2026", "price": "1,234"},
            {"day": date(2026, 3, 4), "price": Decimal(1234)},
        ),
        (
            {"dates": "dmy", "decimal": ","},
            {"day": "03/04/2026", "ratio": "1,234"},
            {"day": date(2026, 4, 3), "ratio": 1.234},
        ),
    ],
)
def test_an_import_reads_them_as_one_says(chosen, written, expected, bring, stored):
    cells = TYPED | {"moment": "2026-02-28 15:30", "price": "1", "ratio": "2"} | written
    bring(";", chosen, **cells)
    assert {name: stored()[name] for name in expected} == expected


def test_choices_are_pairs_or_a_mapping(app):
    class Colors(Form):
        first = ChoiceField("First", choices=[("r", "Red"), ("b", "Blue")])
        second = ChoiceField("Second", choices={"r": "Red"})

    with app.test_request_context(method="POST", data={"first": "b", "second": "x"}):
        form = Colors()
        assert not form.validate()
        assert form.first.data == "b"
        assert set(form.errors) == {"second"}
