"""The export as CSV."""

import csv
import io
import re

FILE = "/notes/export.csv"
HEADING = b"\xef\xbb\xbftitle,body,created,updated\r\n"


def test_it_holds_ones_own_notes(alice, bob, sign_in, write):
    body = 'two "offers",\n\nby May; 漢字\t🦆\r\nend '
    write(alice, 'Roof, "flat"', body=body)
    write(bob, "His")
    browser = sign_in(alice)
    assert f'href="{FILE}"' in browser.get("/notes/").text
    answer = browser.get(FILE)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=notes.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert (row["title"], row["body"]) == ('Roof, "flat"', body)
    for time in (row["created"], row["updated"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", time)


def test_it_has_only_a_heading_without_notes(alice, sign_in):
    assert sign_in(alice).get(FILE).data == HEADING


def test_it_is_not_for_visitors(visitor):
    assert visitor.get(FILE).status_code == 303
