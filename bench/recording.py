"""What recording costs a page: processor time of the notes list with it, and without.

    python bench/recording.py [--blocks 400]

Apps as in production share a process and a database: nothing looks at statements and templates;
the same again, which tells how far from 1 a ratio is by chance; they are timed, but nothing is
recorded; what is by default; the statements of every request. They take turns in an order that
chance chooses, with ten requests each. Figures are medians of the blocks, in µs of processor time
of the thread that answers, per request; ratios are medians of each block's ratio to the first
app's. What the other thread takes to write it down is measured apart.
"""

import argparse
import os
import random
import re
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.pages import READER
from bench.server import environment, sample_data

SITE = "https://localhost"
REQUESTS_OF_A_BLOCK = 10
# As many as a busy process answers between two flushes.
REQUESTS_OF_A_FLUSH = 500

# RECORDER_SAMPLE_RATE; None: not even timed.
APPS: dict[str, float | None] = {
    "nothing": None,
    "nothing, again": None,
    "times, for metrics and Server-Timing": 0.0,
    "every request, statements of a tenth (default)": 0.1,
    "statements of every request": 1.0,
}


def make(sample: float | None) -> Any:
    from app import create_app
    from carafe.observability import queries

    settings = {"RECORDER_SAMPLE_RATE": sample or 0.0, "JOBS_IN_WEB": False}
    if sample is not None:
        return create_app(settings)
    with patch.object(queries, "init_app", lambda app: None):
        return create_app(settings)


def cookie(app: Any, email: str, password: str) -> str:
    client = app.test_client()
    page = client.get("/auth/login", base_url=SITE).text
    token = re.search(r'name="csrf_token" (?:type="hidden" )?value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "email": email, "password": password}
    answer = client.post("/auth/login", base_url=SITE, headers={"Referer": SITE}, data=form)
    if answer.status_code != 303:
        raise SystemExit(f"login answers {answer.status_code}")
    client.get("/dashboard", base_url=SITE)  # the cookie that the first page sets
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in (client._cookies or {}).values())


def ask(app: Any, cookies: str, times: int) -> float:
    """Microseconds of this thread's processor time per request."""
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    builder = EnvironBuilder(path="/notes/", base_url=SITE, headers={"Cookie": cookies})
    environs = [builder.get_environ() for _ in range(times)]
    started = time.thread_time()
    for environ in environs:
        _, status, _ = run_wsgi_app(app, environ, buffered=True)
        if status != "200 OK":
            raise SystemExit(f"/notes/ answers {status}")
    return (time.thread_time() - started) / times * 1_000_000


def flush_milliseconds(app: Any, cookies: str) -> float:
    from carafe.observability import recorder

    taken = []
    for _ in range(9):
        ask(app, cookies, REQUESTS_OF_A_FLUSH)
        started = time.thread_time()
        recorder.flush(app)
        taken.append((time.thread_time() - started) * 1000)
    return median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=400)
    blocks = parser.parse_args().blocks

    with TemporaryDirectory() as folder, Path(os.devnull).open("w") as sys.stderr:
        environ = environment(folder)
        passwords = sample_data(environ)
        os.environ |= environ
        apps = {name: make(sample) for name, sample in APPS.items()}
        for app in apps.values():
            if recorder := app.extensions.get("recorder"):
                recorder._process = os.getpid()  # its thread does not start
        cookies = cookie(apps["nothing"], READER, passwords[READER])
        spent: dict[str, list[float]] = {name: [] for name in APPS}
        for block in range(blocks + 10):
            for name in random.sample(list(APPS), len(APPS)):
                cost = ask(apps[name], cookies, REQUESTS_OF_A_BLOCK)
                if block >= 10:  # before, it warms up
                    spent[name].append(cost)
            for app in apps.values():
                if block % 50 == 0 and (recorder := app.extensions.get("recorder")):
                    recorder.flush()
        print("| recorded | µs | ratio |\n|---|--:|--:|")
        for name, costs in spent.items():
            ratio = median(a / b for a, b in zip(costs, spent["nothing"], strict=True))
            print(f"| {name} | {median(costs):,.0f} | {ratio:.3f} |")
        default = apps["every request, statements of a tenth (default)"]
        taken = flush_milliseconds(default, cookies)
        print(f"\nWriting down what {REQUESTS_OF_A_FLUSH} requests left: {taken:.1f} ms")


if __name__ == "__main__":
    main()
