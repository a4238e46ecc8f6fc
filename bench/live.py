"""What open pages that keep themselves up to date cost others: short polling and streams.

    python bench/live.py [--pages 500] [--seconds 10] [--interval 20]

gunicorn as in production (2 workers of 4 threads) serves the list of notes to two readers, who ask
10 times a second each and give up after 5 seconds: alone, then while this many open pages
ask for their bell every 20 seconds and mostly get a 304, then with the interval a
tenth of that, then while as many pages hold a stream of server-sent events (`streams.py`). Times
are what the readers wait; the last column is the part of one processor that the workers take.
"""

import argparse
import http.client
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.server import Client, Server, environment, sample_data

READER = "user@example.com"
BELL, LIST = "/account/notifications/unread", "/notes/"
READERS, PAUSE_SECONDS, PATIENCE_SECONDS = 2, 0.1, 5
POLLERS = 16
JITTER = 0.1
STREAM = "/stream"  # of `streams.py`, whose import would make the app here

# Pages that stand open, and what they have been answered.
Pages = AbstractContextManager[list[int]]


def ask(port: int, path: str, headers: dict[str, str], timeout: float) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("localhost", port, timeout=timeout)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("ETag", "")


@contextmanager
def polling(port: int, headers: dict[str, str], pages: int, interval: float) -> Iterator[list[int]]:
    """So many pages that ask for their bell; the list counts their answers by and by."""
    ended = threading.Event()
    answers: list[int] = []
    _, tag = ask(port, BELL, headers, PATIENCE_SECONDS)

    def work(count: int) -> None:
        due = sorted(time.monotonic() + random.uniform(0, interval) for _ in range(count))
        while due and not ended.wait(max(0, due[0] - time.monotonic())):
            with suppress(OSError, http.client.HTTPException):
                status, _ = ask(port, BELL, headers | {"If-None-Match": tag}, PATIENCE_SECONDS)
                answers.append(status)
            delay = interval * random.uniform(1 - JITTER, 1 + JITTER)
            due = sorted([*due[1:], time.monotonic() + delay])

    threads = [threading.Thread(target=work, args=(pages // POLLERS,)) for _ in range(POLLERS)]
    for thread in threads:
        thread.start()
    yield answers
    ended.set()
    for thread in threads:
        thread.join()


@contextmanager
def streaming(port: int, headers: dict[str, str], pages: int) -> Iterator[list[int]]:
    """So many pages that hold a stream, or wait for one."""
    connections = [http.client.HTTPConnection("localhost", port) for _ in range(pages)]
    for connection in connections:
        connection.request("GET", STREAM, headers=headers)
    yield []
    for connection in connections:
        connection.close()


def read(port: int, headers: dict[str, str], seconds: float) -> tuple[list[float], int]:
    """How long the readers waited for each page, and how many never came."""
    times: list[float] = []
    lost: list[float] = []

    def work() -> None:
        end = time.monotonic() + seconds
        while (start := time.monotonic()) < end:
            status = 0
            with suppress(OSError):
                status, _ = ask(port, LIST, headers, PATIENCE_SECONDS)
            (times if status == 200 else lost).append(time.monotonic() - start)
            time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=work) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(lost)


def measure(
    name: str, server: Server, others: Pages, headers: dict[str, str], seconds: float
) -> None:
    with others as answers:
        time.sleep(1)
        before, polls = server.processor_seconds(), len(answers)
        times, lost = read(server.port, headers, seconds)
        used, polls = server.processor_seconds() - before, len(answers) - polls
    waits = "– | –"
    if len(times) > 1:
        waits = f"{median(times) * 1000:.1f} ms | {quantiles(times, n=20)[-1] * 1000:.1f} ms"
    rates = f"{polls / seconds:.0f} | {used / seconds:.0%}"
    print(f"| {name} | {len(times)} | {lost} | {waits} | {rates} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--interval", type=float, default=20)
    args = parser.parse_args()

    with TemporaryDirectory() as folder:
        environ = environment(folder, LOG_LEVEL="WARNING")
        passwords = sample_data(environ)
        server = Server("bench.streams:app", environ)
        try:
            client = Client(server.port)
            client.sign_in(READER, passwords[READER])
            opened = (server.port, client.headers(), args.pages)
            print("| open pages | answered | given up | p50 | p95 | polls/s | processor |")
            print("|---" + "|--:" * 6 + "|")
            situations: dict[str, Pages] = {
                "none": nullcontext([]),
                f"{args.pages}, polling every {args.interval:g} s": polling(*opened, args.interval),
                f"{args.pages}, every {args.interval / 10:g} s": polling(
                    *opened, args.interval / 10
                ),
                f"{args.pages}, streams": streaming(*opened),
            }
            for name, others in situations.items():
                measure(name, server, others, client.headers(), args.seconds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
