"""Tables as CSV: no formula for a spreadsheet, and sent while they are read."""

import csv
import io
from datetime import UTC, datetime
from itertools import product

import pytest
from sqlalchemy import insert

from carafe.database import db
from carafe.tabular.csv_export import csv_file, iter_csv_lines
from carafe.testing.database import statements
from carafe.testing.sample_model import Mood, State
from carafe.tests.site.models import Thing
from carafe.time import now

FILE = "/things/export.csv"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", " =1", "\u00a0=1", '"=1']
FORMULAS += ["＝1", "＋1", "－1", "＠x", " ＝1", "\ufeff=1", "\u3000-1", "\x01=1", "\u200b=1"]


@pytest.fixture
def write(app):
    """Write a thing for each title."""

    def make(owner, *titles: str) -> None:
        row = {"user_id": owner.id, "body": "x" * 100, "version": 1, "created_at": now()}
        with app.app_context():
            db.session.execute(insert(Thing), [row | {"title": title} for title in titles])
            db.session.commit()

    return make


def exported(*texts: object) -> list[str]:
    """The texts of a file's cells, one in each row, as a program reads them."""
    file = "".join(csv_file(["text"], [[[text] for text in texts]]))
    heading, *rows = csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""))
    assert heading == ["text"]
    return [row[0] for row in rows]


def test_it_starts_no_formula():
    assert exported(*FORMULAS) == [f"'{text}" for text in FORMULAS]


def test_it_starts_no_formula_for_who_splits_it_otherwise():
    """Excel opens a file with the delimiter of its country, whatever the file was written with."""
    delimiters, skipped = ",;|\t\n\r", ["", " ", '"', "\t", "\u00a0", "\x01", "\n\n"]
    texts = [
        [f"Menu{delimiter}{between}{sign}cmd"]
        for delimiter, between, sign in product(delimiters, skipped, "=+-@＝＋－＠")
    ]
    text = "".join(csv_file(["text"], [texts]))
    assert text.count("Menu") == len(texts)
    for delimiter in delimiters:
        for cell in text.split(delimiter):
            assert cell.lstrip(' \t\r\n\x01"\u00a0')[:1] not in set("=+-@＝＋－＠")


def test_it_leaves_other_text_alone():
    plain = ["1=1", "a-b", "'a", "5 - 3", "x@example.com", "  indented", "a; b", "a, b | c"]
    plain += ['two "offers",\n\nby May; 漢字\t🦆\r\nend ']
    assert exported(*plain) == plain


def test_times_are_in_utc():
    assert exported(datetime(2026, 2, 28, 15, 30, tzinfo=UTC)) == ["2026-02-28 15:30:00Z"]


def test_members_of_enums_are_written_as_in_the_database():
    assert iter_csv_lines([[Mood.GLAD, State.BROKEN, State.IN_USE]]) == (
        "glad as can be,broken,IN_USE\r\n"
    )


def test_it_streams_all_rows_a_chunk_at_a_time(app, alice, sign_in, write):
    titles = [f"Thing {number}" for number in range(2000)]
    write(alice, *titles)
    browser = sign_in(alice)
    with statements(app) as asked:
        answer = browser.get(FILE, buffered=False)
        pieces = answer.iter_encoded()
        read = [next(pieces)]
        before = len(asked)
        read.append(next(pieces))
        assert len(asked) <= before + 1
        read += pieces
        answer.close()
        assert len(asked) > before + 3
    assert max(piece.count(b"Thing") for piece in read) <= 500
    text = b"".join(read).decode("utf-8-sig")
    assert [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))] == titles


def test_it_gives_the_connection_back_however_the_answer_ends(app, alice, sign_in, write):
    write(alice, *[f"Thing {number}" for number in range(600)])
    browser = sign_in(alice)
    for _ in range(20):  # more often than there are connections
        assert browser.client.head(FILE).status_code == 200
        answer = browser.get(FILE, buffered=False)
        next(answer.iter_encoded())
        answer.close()  # the reader goes away halfway
    with app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
