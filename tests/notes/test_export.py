"""The export as CSV."""

import csv
import io
import re
from itertools import product

from carafe.database import db
from carafe.testing.database import statements

HEADING = b"\xef\xbb\xbftitle,body,created,updated\r\n"


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_it_is_linked_and_is_a_download(alice, sign_in, write):
    write(alice, "Roof")
    browser = sign_in(alice)
    assert 'href="/notes/export.csv"' in browser.get("/notes/").text
    answer = browser.get("/notes/export.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=notes.csv"
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_holds_what_was_written(alice, sign_in, write):
    body = 'two "offers",\n\nby May; 漢字\t🦆\r\nend '
    write(alice, 'Roof, "flat"', body=body)
    [row] = rows(sign_in(alice).get("/notes/export.csv"))
    assert row["title"] == 'Roof, "flat"'
    assert row["body"] == body
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", row["created"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", row["updated"])


def test_it_has_only_a_heading_without_notes(alice, sign_in):
    assert sign_in(alice).get("/notes/export.csv").data == HEADING


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", " =1", "\u00a0=1", '"=1']
FORMULAS += ["＝1", "＋1", "－1", "＠x", " ＝1", "\ufeff=1", "\u3000-1", "\x01=1", "\u200b=1"]


def test_it_starts_no_formula(alice, sign_in, write):
    for text in FORMULAS:
        write(alice, text, body=text)
    exported = rows(sign_in(alice).get("/notes/export.csv"))
    for text, row in zip(FORMULAS, exported, strict=True):
        assert row["title"] == row["body"] == f"'{text}"


def test_it_starts_no_formula_for_who_splits_it_otherwise(alice, sign_in, write):
    """Excel opens a file with the delimiter of its country, whatever the file was written with."""
    delimiters, skipped = ",;|\t\n\r", ["", " ", '"', "\t", "\u00a0", "\x01", "\n\n"]
    for delimiter, between, sign in product(delimiters, skipped, "=+-@＝＋－＠"):
        write(alice, f"Menu{delimiter}{between}{sign}cmd", body="x")
    text = sign_in(alice).get("/notes/export.csv").data.decode("utf-8-sig")
    for delimiter in delimiters:
        for cell in text.split(delimiter):
            assert cell.lstrip(' \t\r\n\x01"\u00a0')[:1] not in set("=+-@＝＋－＠")


def test_it_leaves_other_text_alone(alice, sign_in, write):
    plain = ["1=1", "a-b", "'a", "5 - 3", "x@example.com", "  indented", "a; b", "a, b | c"]
    for text in plain:
        write(alice, text, body=text)
    exported = rows(sign_in(alice).get("/notes/export.csv"))
    assert [row["title"] for row in exported] == [row["body"] for row in exported] == plain


def test_it_streams_all_notes_a_chunk_at_a_time(app, alice, sign_in, write):
    titles = [f"Note {number}" for number in range(2000)]
    write(alice, *titles, body="x" * 100)
    browser = sign_in(alice)
    with statements(app) as asked:
        answer = browser.get("/notes/export.csv", buffered=False)
        pieces = answer.iter_encoded()
        read = [next(pieces)]
        before = len(asked)
        read.append(next(pieces))
        assert len(asked) <= before + 1
        read += pieces
        answer.close()
        assert len(asked) > before + 3
    assert max(piece.count(b"Note") for piece in read) <= 500
    text = b"".join(read).decode("utf-8-sig")
    exported = [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert exported == titles


def test_it_gives_the_connection_back_however_the_answer_ends(app, alice, sign_in, write):
    write(alice, *[f"Note {number}" for number in range(600)])
    browser = sign_in(alice)
    for _ in range(20):  # more often than there are connections
        assert browser.client.head("/notes/export.csv").status_code == 200
        answer = browser.get("/notes/export.csv", buffered=False)
        next(answer.iter_encoded())
        answer.close()  # the reader goes away halfway
    with app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_it_is_not_for_who_acts_as_its_owner(carol, alice, sign_in):
    browser = sign_in(carol)
    browser.submit(f"/admin/users/{alice.id}/impersonation", {"reason": "To help"})
    assert browser.get("/notes/").status_code == 200
    assert browser.get("/notes/export.csv").status_code == 403
