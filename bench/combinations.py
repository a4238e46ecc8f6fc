"""Random combinations of filters, search, and sort order in the list of a million users.

    python bench/combinations.py [--instance /tmp/million] [--rows 1000000] [--number 42]

Seeds a database in that folder, or where DATABASE_URL says, unless it has rows already. Asks for
the first page of each combination under gunicorn, once to warm up and five times after it, by one
client. Prints the median of each in ms, which pages say that the search was stopped, and the p50,
p95, and longest of all answers. The first row has no arguments: how fast the machine is now.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.admin import seed
from bench.server import Client, Server, environment
from carafe.time import now

TIMES = 5
# The one that took longest before searches were stopped.
WORST = {
    "role": "user", "created_at.to": str((now() - timedelta(days=900)).date()), "q": "a",
    "sort": "-name",
}  # fmt: skip
SEARCHES = ["a", "e", "ma", "ali smi", "johann", "exam", "maria s", "leon.johansson1@", "qx"]
SORTS = ["email", "name", "created_at", "-email", "-name", "-created_at"]


def combinations(number: int) -> Iterator[dict[str, str]]:
    """Yield the same combinations each time, of two to five arguments. The first has none."""
    yield {}
    yield WORST
    choose = random.Random(14)
    for _ in range(number - 2):
        since = now() - timedelta(days=choose.randrange(1, 1800))
        choices = {
            "role": choose.choice(["user", "user", "staff", "admin"]),
            "state": choose.choice(["active", "unconfirmed", "suspended", "leaving"]),
            choose.choice(["created_at.from", "created_at.to"]): str(since.date()),
            "q": choose.choice(SEARCHES),
            "sort": choose.choice(SORTS),
        }
        names = choose.sample(list(choices), choose.randint(2, len(choices)))
        yield {name: choices[name] for name in names}


def answer_times(client: Client, path: str) -> tuple[list[float], bool]:
    """Return the times of the answers in ms, and whether they say that the search was stopped."""
    page, taken = client.get(path), []
    for _ in range(TIMES):
        began = perf_counter()
        page = client.get(path)
        taken.append((perf_counter() - began) * 1000)
    return taken, "Keep searching" in page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instance", help="a folder, which stays; by default one that does not")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--number", type=int, default=42)
    args = parser.parse_args()
    with nullcontext(args.instance) if args.instance else TemporaryDirectory() as folder:
        more = {"JOBS_IN_WEB": "0"}
        if url := os.environ.get("DATABASE_URL"):
            more["DATABASE_URL"] = url
        environ = environment(folder, **more)
        _, email, password = seed(environ, args.rows)
        server = Server("wsgi:app", environ)
        try:
            client = Client(server.port)
            client.sign_in(email, password)
            client.get("/dashboard")
            report(client, args.number)
        finally:
            server.stop()


def report(client: Client, number: int) -> None:
    everything = []
    print("| combination | median, ms | stopped |\n|---|--:|---|")
    for arguments in combinations(number):
        query = urlencode(arguments)
        taken, is_stopped = answer_times(client, f"/admin/users/?{query}")
        everything += taken
        print(f"| {query} | {median(taken):.0f} | {'yes' if is_stopped else ''} |", flush=True)
    late = quantiles(everything, n=20)[-1]
    print(f"\np50 {median(everything):.0f} ms, p95 {late:.0f} ms, longest {max(everything):.0f} ms")


if __name__ == "__main__":
    main()
