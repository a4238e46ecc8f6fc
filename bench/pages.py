"""What a page costs: processor time per request, against the same pages in plain Flask.

    python bench/pages.py [--rounds 9] [--requests 200] [--access-log]

Three applications run at the same time under the same gunicorn (2 workers of 4 threads), each on a
SQLite file of its own with the same rows: this one as in production, `baseline.py` (an idiomatic
Flask application) and `limit.py` (views without anything around them). In each round every
page of each gets `--requests` requests from 4 clients, one application after the other. Figures are
medians of the rounds in µs of user and system time of the workers per request, and their ratios.
Ours logs each request, the others only with `--access-log` (gunicorn's own).
"""

import argparse
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.server import (
    Client,
    Request,
    Server,
    environment,
    form_request,
    load,
    repeat,
    sample_data,
)

APPLICATIONS = {
    "ours": "wsgi:app",
    "baseline": "bench.baseline:app",
    "limit": "bench.limit:create_app()",
}
READER, WRITER = "user@example.com", "admin@example.com"
CLIENTS = 4

Pages = dict[str, Callable[[], Request]]


def start(folder: str, access_log: bool) -> tuple[dict[str, Server], dict[str, str]]:
    """All three servers on the same rows; and the passwords of the sample accounts."""
    environ = environment(folder)
    passwords = sample_data(environ)

    os.environ |= environ
    from bench import baseline, limit  # they read their settings where they are imported

    baseline.copy_rows(f"{folder}/app.db", passwords)
    limit.create_app()
    servers: dict[str, Server] = {}
    try:
        for name, application in APPLICATIONS.items():
            more = {"GUNICORN_CMD_ARGS": "--access-logfile -"} if access_log else {}
            servers[name] = Server(application, environ | (more if name != "ours" else {}))
    except BaseException:
        for server in servers.values():
            server.stop()
        raise
    return servers, passwords


def stylesheet_of(server: Server) -> str:
    return re.search(r'rel="stylesheet" href="([^"]+)"', Client(server.port).get("/"))[1]


def pages(server: Server, name: str, passwords: dict[str, str], stylesheet: str) -> Pages:
    """The requests to measure. Reader and writer are two, so that the list stays as it is."""
    visitor, reader, writer = (Client(server.port) for _ in range(3))
    token = ""
    if name != "limit":
        reader.sign_in(READER, passwords[READER])
        reader.get("/dashboard")  # the cookie that the first page sets stays for all others
        writer.sign_in(WRITER, passwords[WRITER])
        token = writer.token("/notes/new")

    def get(path: str, client: Client = visitor) -> Callable[[], Request]:
        request = ("GET", path, client.headers(), None)
        return lambda: request

    def write() -> Request:
        fields = {"title": "A note", "body": "Half of it can wait until spring.\n" * 5}
        fields |= {"csrf_token": token, "submission": secrets.token_urlsafe(16)}
        return form_request("/notes/new", writer.headers(), fields)

    return {
        "landing page": get("/"),
        "login form": get("/auth/login"),
        "dashboard": get("/dashboard", reader),
        "notes list": get("/notes/", reader),
        "new note (POST)": write,
        "static file": get(stylesheet),
    }


def measure(server: Server, make: Callable[[], Request], times: int) -> float:
    """Microseconds of the workers' processor time per request."""
    before = server.processor_seconds()
    answers = load(server.port, repeat(make, times), CLIENTS)
    spent = server.processor_seconds() - before
    wrong = {status for status, _ in answers} - {200, 302, 303}
    if wrong:
        raise SystemExit(f"unexpected answers: {wrong}")
    return spent / times * 1_000_000


def size(server: Server, make: Callable[[], Request]) -> int:
    response, body = Client(server.port).ask(make())
    if response.status not in (200, 302, 303):
        raise SystemExit(f"{make()[1]} answers {response.status}")
    return len(body)


def report(sizes: dict[str, dict[str, int]], spent: dict[str, dict[str, list[float]]]) -> None:
    print("| page | bytes: ours / baseline | ours, µs | baseline, µs | ratio | limit, µs | ratio |")
    print("|---" + "|--:" * 6 + "|")
    for page in sizes["ours"]:
        ours, baseline, limit = (median(spent[name][page]) for name in APPLICATIONS)
        print(
            f"| {page} | {sizes['ours'][page]:,} / {sizes['baseline'][page]:,} | {ours:,.0f} "
            f"| {baseline:,.0f} | **{ours / baseline:.2f}** | {limit:,.0f} | {ours / limit:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--access-log", action="store_true")
    args = parser.parse_args()

    with TemporaryDirectory() as folder:
        servers, passwords = start(folder, args.access_log)
        try:
            # The limit serves our files, from our folder.
            styles = {name: stylesheet_of(server) for name, server in servers.items()}
            styles["limit"] = styles["ours"]
            todo = {
                name: pages(server, name, passwords, styles[name])
                for name, server in servers.items()
            }
            sizes = {
                name: {page: size(servers[name], make) for page, make in paths.items()}
                for name, paths in todo.items()
            }
            spent: dict[str, dict[str, list[float]]] = {
                name: {page: [] for page in paths} for name, paths in todo.items()
            }
            for round in range(args.rounds + 1):
                for page in todo["ours"]:
                    names = list(servers)
                    for name in names[round % 3 :] + names[: round % 3]:
                        cost = measure(servers[name], todo[name][page], args.requests)
                        if round:  # the first warms up
                            spent[name][page].append(cost)
        finally:
            for server in servers.values():
                server.stop()
    report(sizes, spent)


if __name__ == "__main__":
    main()
