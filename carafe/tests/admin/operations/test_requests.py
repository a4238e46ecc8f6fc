"""The pages about requests."""

import re
import time

from carafe.observability import recorder
from carafe.observability.store import bucket_of
from carafe.testing.http import Browser


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main")[0]).split())


def ms(amount):
    return bucket_of(amount * 1000)


def test_it_counts_what_was_asked(recording, carols):
    browser = Browser(recording.test_client())
    for path in ("/", "/", "/broken", "/nowhere"):
        browser.get(path)
    recorder.flush(recording)
    page = text_of(carols.get("/admin/requests/").text)
    assert "Requests 4 Errors 25%" in page
    assert "account.index 2 0%" in page
    assert "broken 1 100%" in page
    assert "Not found (404) 1 0%" in page
    assert "GET /broken 500" in page


def test_it_tells_the_usual_from_the_slow(keep, carols):
    for took, count in ((10, 90), (100, 8), (2000, 2)):
        keep("request_count", bucket=ms(took), count=count, errors=0)
    [figures] = re.findall(
        r"p50 (\S+ ms) p95 (\S+ ms) p99 (\S+ s)", text_of(carols.get("/admin/requests/").text)
    )
    p50, p95, p99 = (float(figure.split()[0]) for figure in figures)
    # A bucket is right to within 10%.
    assert abs(p50 - 10) <= 1
    assert abs(p95 - 100) <= 10
    assert abs(p99 - 2) <= 0.2


def test_it_takes_no_job_for_a_request(keep, carols):
    keep("request_count", bucket=ms(10), count=3)
    keep("request_count", endpoint="job:things.digest", bucket=ms(60_000), count=9, errors=9)
    page = text_of(carols.get("/admin/requests/").text)
    assert "Requests 3 Errors 0%" in page
    assert "job:things.digest 9 100%" in page


def test_it_looks_back_as_far_as_asked(keep, carols):
    now = int(time.time())
    for resolution, ago, endpoint in (
        (60, 0, "now"),
        (900, 7200, "today"),
        (21_600, 10 * 86_400, "lately"),
    ):
        start = (now - ago) // resolution * resolution
        keep(
            "request_count",
            resolution=resolution,
            starts_at=start,
            bucket=50,
            count=7,
            endpoint=endpoint,
        )
    for window, endpoint in {"hour": "now", "day": "today", "month": "lately"}.items():
        page = text_of(carols.get(f"/admin/requests/?window={window}").text)
        assert "Requests 7 " in page, window
        assert f"{endpoint} 7" in page, window
    # What nobody offers is the hour.
    assert "now 7" in text_of(carols.get("/admin/requests/?window=century&sort=color").text)


def test_it_leaves_out_what_is_longer_ago(keep, carols):
    keep("request_count", bucket=50, count=2, endpoint="fresh")
    hour_ago = int(time.time()) // 60 * 60 - 3660
    keep("request_count", starts_at=hour_ago, bucket=50, count=7, endpoint="stale")
    page = text_of(carols.get("/admin/requests/").text)
    assert "Requests 2 " in page
    assert "stale" not in page


def test_it_sorts_as_asked(keep, carols):
    for endpoint, bucket, count, errors in (
        ("busy", 10, 90, 0),
        ("slow", 60, 5, 0),
        ("bad", 20, 10, 9),
    ):
        keep("request_count", endpoint=endpoint, bucket=bucket, count=count, errors=errors)
    for sort, first in {"count": "busy", "errors": "bad", "p50": "slow", "p99": "slow"}.items():
        rows = carols.get(f"/admin/requests/?sort={sort}").text.split("<tbody>")[2]
        assert re.findall(r"requests/(\w+)\?", rows)[0] == first, sort


def test_it_draws_a_chart_and_has_its_figures_in_a_table(keep, carols):
    keep("request_count", bucket=ms(100), count=40, errors=1)
    page = carols.get("/admin/requests/").text
    requests, times = re.findall(r'<svg role="img".*?</svg>\s*</svg>', page, re.S)
    assert "60 bars; highest value: 40." in requests
    assert len(re.findall(r'<rect class="failed"', requests)) == 1
    assert len(re.findall(r'<rect class="answered"', requests)) == 1
    assert len(re.findall(r'<rect class="time"', times)) == 1
    table = text_of(
        "<main" + page.split('<details class="data"')[1].split("</details>")[0] + "</main"
    )
    assert " 40 1 " in table
    assert " style=" not in page
    assert "<script>" not in page


def test_it_shows_one_endpoint(keep, carols):
    keep("request_count", bucket=50, count=3)
    keep("request_count", bucket=50, count=9, endpoint="things.index")
    keep(
        "slow_request",
        us=120_000,
        database_us=80_000,
        template_us=30_000,
        queries=5,
        request_id="feedfacefeed",
    )
    keep("slow_request", us=900_000, endpoint="things.index", request_id="other")
    page = text_of(carols.get("/admin/requests/account.index").text)
    assert "Requests 3 " in page
    assert "120 ms GET / database 80 ms template 30 ms other 10 ms 5 queries" in page
    assert "request feedfacefeed" in page
    assert "other" not in page.replace("other 10 ms", "")
    assert "No requests in this period" in carols.get("/admin/requests/auth.login").text


def test_it_lists_the_slowest_first(keep, carols):
    keep("request_count", bucket=50, count=3)
    for took in (20, 4000, 300):
        keep("slow_request", us=took * 1000, path=f"/took/{took}")
    page = text_of(carols.get("/admin/requests/").text)
    assert page.index("/took/4000") < page.index("/took/300") < page.index("/took/20 ")


def test_it_shows_paths_as_text(keep, carols):
    keep("request_count", bucket=50, count=3, endpoint="<i>")
    keep("slow_request", us=1, path="/<script>alert(1)</script>")
    page = carols.get("/admin/requests/").text
    assert "<script>alert" not in page
    assert "<i>" not in page.split("Endpoints")[1].split("Slowest")[0]


def test_it_says_that_nothing_was_counted(keep, carols):
    assert "No requests yet" in carols.get("/admin/requests/").text
