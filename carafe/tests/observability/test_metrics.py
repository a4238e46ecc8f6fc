"""Numbers for Prometheus: what is counted, over all processes, and who may read it."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product

import pytest
from prometheus_client.parser import text_string_to_metric_families

from carafe.config import ROOT
from carafe.observability import metrics
from carafe.observability.metrics.app_metrics import Metrics
from carafe.observability.metrics.exposition import exposition
from carafe.testing.apps import PRODUCTION, another_app
from carafe.testing.http import Browser
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.waiting import until

TOKEN = "a-token-of-the-tests-alone"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PATIENCE_SECONDS = 60
AFAR = {"REMOTE_ADDR": "203.0.113.7"}
REQUESTS, SECONDS = "http_requests_total", "http_request_duration_seconds_count"


def number(text: str, name: str, /, **labels: str) -> float:
    """The sum of the samples of that name that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.fixture
def growth(visitor: Browser) -> Callable[..., float]:
    """By how much a number grew since it was asked for last."""
    seen: dict[object, float] = {}

    def ask(name: str, /, **labels: str) -> float:
        key = name, *labels.items()
        now = number(visitor.get("/metrics").text, name, **labels)
        grown, seen[key] = now - seen.get(key, 0), now
        return grown

    return ask


def test_it_counts_requests_by_page_method_and_outcome(growth, alice, sign_in):
    page = {"endpoint": "things.index", "method": "GET"}
    before = growth(REQUESTS, **page, status="2xx"), growth(SECONDS, **page)
    browser = sign_in(alice)
    growth("database_queries_total", endpoint="things.index")
    for _ in range(3):
        assert browser.get("/things/").status_code == 200
    assert growth("database_queries_total", endpoint="things.index") == 6
    assert (growth(REQUESTS, **page, status="2xx"), growth(SECONDS, **page)) == (3, 3), before
    browser.get("/things/4711/edit")
    assert growth(REQUESTS, endpoint="things.edit", status="4xx") >= 1


def test_it_counts_each_declared_list_by_itself(growth, carol, sign_in):
    browser, lists = sign_in(carol), ("admin.users.list", "admin.audit.list")
    for endpoint in lists:
        growth(REQUESTS, endpoint=endpoint)
    browser.get("/admin/users/")
    assert [growth(REQUESTS, endpoint=endpoint) for endpoint in lists] == [1, 0]


def test_it_counts_those_in_flight(visitor):
    assert number(visitor.get("/metrics").text, "http_requests_in_flight") == 1


def test_it_counts_bugs_by_place_and_type(logging_app, growth):
    bug = {"endpoint": "broken", "type": "RuntimeError"}
    growth("http_exceptions_total", **bug)
    Browser(logging_app().test_client()).get("/broken/x")
    assert growth("http_exceptions_total", **bug) == 1
    assert growth(REQUESTS, endpoint="broken", status="5xx") >= 1


def test_it_names_nothing_that_a_visitor_chose(visitor, growth):
    growth(REQUESTS, endpoint="", method="OTHER")
    visitor.get("/chosen-by-a-visitor")
    visitor.client.open("/chosen-by-a-visitor", method="CHOSEN")
    assert growth(REQUESTS, endpoint="", method="OTHER") == 1
    assert "chosen" not in visitor.get("/metrics").text.lower()
    for method in ("HEAD", "OPTIONS"):  # every page answers them
        visitor.client.open("/livez", method=method)
        assert growth(REQUESTS, method=method) == 0


def test_it_counts_jobs_by_name_and_outcome(growth):
    growth("jobs_total", name="digest", outcome="failed")
    metrics.job_ended("digest", "failed", 0.2)
    assert growth("jobs_total", name="digest", outcome="failed") == 1
    assert growth("job_duration_seconds_count", name="digest") == 1


def test_it_asks_features_for_their_numbers(app):
    def fail():
        raise RuntimeError("as a bug would")

    with another_app(app, LOG_LEVEL="ERROR") as made:
        metrics.add_gauge(made, "waiting", "How many wait.", lambda: [(("mail",), 7)], ("queue",))
        metrics.add_gauge(made, "broken", "How many are broken.", fail)
        answer = made.test_client().get("/metrics")
    assert number(answer.text, "waiting", queue="mail") == 7
    assert "\nbroken" not in answer.text
    assert REQUESTS in answer.text


def test_it_is_for_this_machine_alone(app, visitor):
    answer = visitor.get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    for address in ("127.0.0.5", "::1"):
        local = {"REMOTE_ADDR": address}
        assert visitor.get("/metrics", environ_overrides=local).status_code == 200
    for address in ("203.0.113.7", "10.0.0.1", ""):
        remote = {"REMOTE_ADDR": address}
        assert visitor.get("/metrics", environ_overrides=remote).status_code == 404
    assert visitor.get("/metrics", environ_overrides=AFAR, headers=BEARER).status_code == 404


PROXY_HEADERS = [
    "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via", "CF-Ray",
]  # fmt: skip


@pytest.mark.parametrize("proxies", [0, 1])
def test_it_is_not_for_visitors_of_a_proxy_on_this_machine(proxies, app):
    with another_app(app, TRUSTED_PROXIES=proxies) as made:
        browser = Browser(made.test_client())
        for header, value in product(PROXY_HEADERS, ("203.0.113.7", "127.0.0.1")):
            request = {"headers": {header: value}}
            assert browser.get("/metrics", **request).status_code == 404
            assert browser.get("/metrics", **request, environ_overrides=AFAR).status_code == 404
        assert browser.get("/metrics").status_code == 200


def test_it_is_for_whoever_has_the_token(app):
    with another_app(app, METRICS_TOKEN=TOKEN, TRUSTED_PROXIES=1) as made:
        browser = Browser(made.test_client())
        proxied = {"X-Forwarded-For": "203.0.113.7"}
        options = {"headers": proxied | BEARER, "environ_overrides": AFAR}
        assert browser.get("/metrics", **options).status_code == 200
        for value in ("", TOKEN, "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xe9"):
            assert browser.get("/metrics", headers={"Authorization": value}).status_code == 404
        assert browser.get("/metrics").status_code == 404


def test_it_answers_by_any_name_to_those_who_may(app):
    """Prometheus asks a machine by its address."""
    named = {"base_url": "https://10.0.0.7:8000"}
    with another_app(app, **PRODUCTION, METRICS_TOKEN=TOKEN) as made:
        browser = Browser(made.test_client())
        assert browser.get("/metrics", headers=BEARER, **named).status_code == 200
        assert browser.get("/metrics", **named).status_code == 400
        assert browser.get("/readyz", headers=BEARER, **named).status_code == 400


def test_it_answers_no_page_that_was_led_here_by_a_name(app):
    """A browser on this machine, and a site whose name now leads to it; or a silent proxy."""
    hosts = {"127.0.0.1:8000": 200, "[::1]:8000": 200, "evil.example": 400, "example.org": 404}
    with another_app(app, **PRODUCTION) as made:
        browser = Browser(made.test_client())
        for host, status in hosts.items():
            assert browser.get("/metrics", headers={"Host": host}).status_code == status


def test_it_logs_those_who_were_refused_alone(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    browser.get("/metrics")
    assert lines() == []
    browser.get("/metrics", environ_overrides=AFAR)
    assert [line["status"] for line in lines()] == [404]


def test_it_keeps_what_a_killed_process_has_counted_but_not_what_it_was_at(growth, visitor):
    code = """
import os, sys
from pathlib import Path
from carafe.observability.metrics.app_metrics import Metrics

for _ in range(2):
    if not os.fork():
        metrics = Metrics(Path(sys.argv[1]))
        metrics.count_job("export", "done", 1)
        metrics.start_request()
        os._exit(9)
    os.wait()
"""
    growth("jobs_total", name="export")
    command = [sys.executable, "-c", code, str(metrics._folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert growth("jobs_total", name="export", outcome="done") == 2
    assert growth("job_duration_seconds_count", name="export") == 2
    assert number(visitor.get("/metrics").text, "http_requests_in_flight") == 1


def as_scraped(metrics: Metrics) -> str:
    return exposition(metrics, ()).decode()


def digests(metrics: Metrics) -> float:
    return number(as_scraped(metrics), "jobs_total", name="digest", outcome="done")


def test_it_counts_by_itself_where_nothing_can_be_written(tmp_path, caplog):
    alone = Metrics(tmp_path / "missing" / "metrics")
    alone.start_request()
    alone.end_request(("things.index", "GET", "2xx"), 0.2, 1, 0.1)
    assert number(as_scraped(alone), REQUESTS, endpoint="things.index", status="2xx") == 1
    assert "limited to this process" in caplog.text


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """To write more fails, after a part of it, as on a disk that fills up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_it_counts_by_itself_while_the_disk_is_full_and_leaves_nothing_broken(tmp_path):
    with files_of_at_most(4096):
        alone = Metrics(tmp_path)
    alone.count_job("digest", "done", 1)
    assert digests(alone) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    scraping, after = Metrics(tmp_path), Metrics(tmp_path)
    after.count_job("digest", "done", 1)
    assert digests(scraping) == 1


def test_it_keeps_counting_for_all_when_the_disk_fills_up(tmp_path):
    scraping, counting = Metrics(tmp_path), Metrics(tmp_path)
    with files_of_at_most(0):
        counting.count_job("export", "failed", 0.3)
        counting.count_job("digest", "done", 0.3)
        full = as_scraped(scraping)
    for text in full, as_scraped(counting), as_scraped(scraping):
        assert number(text, "jobs_total", name="export", outcome="failed") == 1
        assert number(text, "job_duration_seconds_sum", name="digest") == 0.3


def test_it_does_not_count_requests_of_an_exited_process_as_in_flight_on_a_full_disk(tmp_path):
    scraping, ended = Metrics(tmp_path), Metrics(tmp_path)
    ended.start_request()
    with files_of_at_most(0):
        assert number(as_scraped(scraping), "http_requests_in_flight") == 0


@pytest.mark.parametrize(
    "damage", [b"", bytes(4096), b"{\n", b"\xff[]\n", b"7\n", b'[[["jobs"], ["x"]]]']
)
def test_it_begins_anew_where_a_file_is_damaged(damage, tmp_path):
    alive, ended = Metrics(tmp_path), Metrics(tmp_path)
    ended.count_job("digest", "done", 1)
    for name in "retired.json", "1-1-a.counters":
        (tmp_path / name).write_bytes(damage)
    assert digests(alive) == 1
    assert not (tmp_path / "1-1-a.counters").exists()


@pytest.mark.parametrize("line", [b"7", b"[]", b'["x", "jobs"]', b'[1, "jobs", "digest"]', b"[1"])
def test_it_reads_the_others_where_a_line_is_damaged(line, tmp_path):
    alive, ended = Metrics(tmp_path), Metrics(tmp_path)
    ended.count_job("digest", "done", 1)
    assert ended.registry.path
    content = ended.registry.path.read_bytes()
    (tmp_path / "1-1-a.counters").write_bytes(content.rstrip(b"\0") + line + b"\n" + bytes(9))
    assert digests(alive) == 2


def test_it_counts_alone_when_the_folder_is_gone(tmp_path):
    alone = Metrics(tmp_path / "metrics")
    alone.count_job("digest", "done", 1)
    shutil.rmtree(tmp_path / "metrics")
    assert digests(alone) == 1


def test_it_lets_requests_end_when_there_is_place_for_no_more_numbers(tmp_path):
    metrics = Metrics(tmp_path)
    with suppress(OverflowError):
        for n in range(2000):
            metrics.start_request()
            metrics.end_request((f"page{n}" * 50, "GET", "2xx"), 0.2, 1, 0.1)
    assert n < 1999
    assert number(as_scraped(metrics), "http_requests_in_flight") == 0


def workers(text: str) -> set[int]:
    families = text_string_to_metric_families(text)
    return {int(s.labels["pid"]) for f in families for s in f.samples if "pid" in s.labels}


def test_it_adds_up_workers_and_keeps_what_a_killed_one_counted(running):
    browser = LiveBrowser(running.url)

    def scrape() -> str:
        return str(browser.get("/metrics").text)

    def wait_for_two_workers() -> None:
        until(lambda: len(workers(scrape())) == 2, PATIENCE_SECONDS)

    wait_for_two_workers()
    before = scrape()
    first, second = workers(before)
    for worker in first, second:
        os.kill(worker, signal.SIGSTOP)  # so that the other one answers
        assert browser.get("/nowhere").status_code == 404
        os.kill(worker, signal.SIGCONT)
    both = scrape()
    os.kill(first, signal.SIGKILL)
    until(lambda: first not in workers(scrape()), PATIENCE_SECONDS)
    for text in both, scrape():
        for name, labels in (REQUESTS, {"status": "4xx"}), (SECONDS, {}):
            selected = labels | {"endpoint": ""}
            assert number(text, name, **selected) - number(before, name, **selected) == 2, name
        assert number(text, "http_requests_in_flight") == 1
    wait_for_two_workers()  # other tests share the server
