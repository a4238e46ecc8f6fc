"""Whether an acknowledged write is ever lost: 4,000 increments by 64 clients at the same time.

    python bench/increments.py [--requests 4000] [--clients 64]

Each request reads a number and writes it back plus one, in one transaction, through gunicorn with
2 workers of 4 threads and everything the app has around a POST. Exits with 1 unless the number
ends at the count of requests and each was answered with 200.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.server import Client, Server, environment, flask, form_request, load, repeat

CREATE = text("CREATE TABLE IF NOT EXISTS bench_counter (n INTEGER)")
START = text("INSERT INTO bench_counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM bench_counter)")
READ = text("SELECT n FROM bench_counter")
WRITE = text("UPDATE bench_counter SET n = :n")


def wsgi() -> Any:
    """The app with one more route, for gunicorn."""
    from app import create_app
    from carafe.database import db
    from carafe.web.routing import public

    app = create_app()

    @app.get("/bench/counter")
    @public
    def counter() -> dict[str, int]:
        return {"n": db.session.execute(READ).scalar_one()}

    @app.post("/bench/counter")
    @public
    def increment() -> dict[str, int]:
        n = db.session.execute(READ).scalar_one()
        db.session.execute(WRITE, {"n": n + 1})
        db.session.commit()
        return {"n": n + 1}

    with app.app_context():
        db.session.execute(CREATE)
        db.session.execute(START)
        db.session.commit()
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--clients", type=int, default=64)
    args = parser.parse_args()

    with TemporaryDirectory() as folder:
        environ = environment(folder)
        flask(environ, "db", "upgrade")
        server = Server("bench.increments:wsgi()", environ)
        try:
            client = Client(server.port)
            token = client.token("/auth/login")
            request = form_request("/bench/counter", client.headers(), {"csrf_token": token})
            answers = load(server.port, repeat(lambda: request, args.requests), args.clients)
            n = int(client.get("/bench/counter").partition(":")[2].strip(" }\n"))
        finally:
            server.stop()

    took = sorted(seconds * 1000 for _, seconds in answers)
    statuses = Counter(status for status, _ in answers)
    print(f"counter {n:,} after {len(answers):,} requests; answers {dict(statuses)}")
    print(f"p50 {took[len(took) // 2]:.0f} ms, p99 {took[len(took) * 99 // 100]:.0f} ms")
    if n != args.requests or set(statuses) != {200}:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
