"""The pages about statements."""

import re

import pytest

from carafe.observability import recorder
from carafe.testing.http import Browser
from carafe.tests.admin.operations.conftest import FINGERPRINT


@pytest.fixture
def shopping(recording, stocked):
    """What was recorded of a page that looks up something for each of its rows."""
    stocked(2000)
    Browser(recording.test_client()).get("/shop")
    recorder.flush(recording)


def test_it_finds_what_is_repeated_in_one_request(shopping, carols):
    page = carols.get("/admin/queries/").text
    repeated = page.split("Repeated within one request (N+1)")[1].split("All statements")[0]
    assert "max(widget.id)" in repeated
    assert "×6" in repeated
    assert re.search(r"shop/views\.py:\d+ shop_page", repeated)


def test_it_marks_what_reads_whole_tables(shopping, carols):
    statements = carols.get("/admin/queries/").text.split("<tbody>")[1]
    assert "full scan" in statements
    assert "temporary sort" in statements


def test_it_sorts_as_asked(keep, carols):
    for name, total, count, worst in (("a", 900, 1, 5), ("b", 100, 50, 5), ("c", 100, 1, 80)):
        keep(
            "statement",
            fingerprint=name,
            sql=f"SELECT {name}",
            total_us=total,
            count=count,
            max_us=worst,
        )
    for sort, first in {"total": "a", "count": "b", "worst": "c", "nonsense": "a"}.items():
        table = carols.get(f"/admin/queries/?sort={sort}").text.split("<tbody>")[1]
        assert table.index(f"SELECT {first}") == min(table.index(f"SELECT {n}") for n in "abc")


def test_it_finds_statements_by_what_is_in_them(keep, carols):
    keep("statement", fingerprint="a", sql="SELECT thing.title FROM thing")
    keep("statement", fingerprint="b", sql='SELECT 1 FROM "user"', endpoint="auth.login")
    assert "thing.title" in carols.get("/admin/queries/?q=TITLE").text
    assert "thing.title" not in carols.get("/admin/queries/?q=auth.log").text
    assert "No queries match “100%”" in carols.get("/admin/queries/?q=100%25").text


def test_it_says_that_nothing_was_recorded(keep, carols):
    assert "No queries yet" in carols.get("/admin/queries/").text


def test_it_shows_statements_as_text(keep, carols):
    keep("statement", sql="SELECT '<script>alert(1)</script>'", call_site="<b>place</b>")
    for path in ("/admin/queries/", f"/admin/queries/{FINGERPRINT}"):
        page = carols.get(path).text
        for html in ("&lt;script&gt;alert(1)", "&lt;b&gt;place"):
            assert html in page, path
        for run in ("<script>alert", "<b>place"):
            assert run not in page, path


def test_it_lays_a_statement_out(keep, carols):
    inner = "SELECT max(b) FROM t WHERE c = 'FROM  x'"
    join = "s LEFT JOIN t ON s.a = t.b"
    keep("statement", sql=f"SELECT a, ({inner}) FROM {join} WHERE a = 1 AND b IN (1, 2)")
    page = carols.get(f"/admin/queries/{FINGERPRINT}").text
    assert page.split('<pre class="sql"><code>')[1].split("</code>")[0].split("\n") == [
        "SELECT a, (",
        "    SELECT max(b)",
        "    FROM t",
        "    WHERE c = &#39;FROM  x&#39;",
        ")",
        "FROM s",
        "LEFT JOIN t ON s.a = t.b",
        "WHERE a = 1",
        "  AND b IN (1, 2)",
    ]
