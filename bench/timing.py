"""Whether the time of an answer tells that an address is known: pairs of requests, interleaved.

    python bench/timing.py [--pairs 40]

For login, registration, reset, resent confirmation and magic link: one request with the address
of an account, one with an unknown one, in random order, each by a client and with an address of
its own.
Prints the share of pairs in which the known address was the slower (0.5 tells nothing; of 40 fair
coins 94% end between 0.35 and 0.65), and the median of the difference. Exits with 1 where a share
is outside of that range.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.server import Client, Server, environment, flask, form_request

FAIR = (0.35, 0.65)
PASSWORD = "a password that nobody has"
WARM_UP = 5
# Mail leaves after the answer: the next request is not to be slowed down by it.
PAUSE_SECONDS = 0.1

# Path, and the fields beside `email`.
OPERATIONS = {
    "log-in": ("/auth/login", {"password": PASSWORD}),
    "registration": ("/auth/register", {"password": PASSWORD}),
    "reset": ("/auth/reset", {}),
    "resend": ("/auth/confirm", {}),
    "magic-link": ("/auth/magic-link", {}),
}


def add_users(environ: dict[str, str], emails: list[str]) -> None:
    from app import create_app
    from app.auth.models import User
    from carafe.auth import passwords
    from carafe.database import db
    from carafe.time import now

    with create_app(environ).app_context():
        password_hash = passwords.hash("another password, known to nobody")
        for email in emails:
            # Who asks for another confirmation has not confirmed yet.
            confirmed_at = None if "resend" in email else now()
            User.register(email, password_hash, confirmed_at=confirmed_at)
        db.session.commit()


def addresses() -> Iterator[str]:
    return (str(IPv4Address(number)) for number in count(int(IPv4Address("198.18.0.1"))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs + WARM_UP

    with TemporaryDirectory() as folder:
        environ = environment(folder, TRUSTED_PROXIES="1", MAIL_URL="file:", MAGIC_LINK="yes")
        flask(environ, "db", "upgrade")
        clients = addresses()
        known_emails = {
            name: [f"known{i}@{name}.example" for i in range(pairs)] for name in OPERATIONS
        }
        config = {k: v for k, v in environ.items() if k in ("APP_ENV", "SECRET_KEY")}
        add_users(
            config
            | {"INSTANCE_PATH": folder, "TRUSTED_HOSTS": ["localhost"], "LOG_LEVEL": "ERROR"},
            [email for emails in known_emails.values() for email in emails],
        )
        server = Server("wsgi:app", environ)
        try:
            client = Client(server.port)
            token = client.token("/auth/login")

            def seconds(name: str, email: str) -> float:
                path, more = OPERATIONS[name]
                headers = client.headers() | {"X-Forwarded-For": next(clients)}
                fields = {"csrf_token": token, "email": email} | more
                request = form_request(path, headers | {"X-Forwarded-Proto": "https"}, fields)
                start = time.perf_counter()
                response, _ = client.ask(request)
                taken = time.perf_counter() - start
                if response.status not in (303, 422):
                    raise SystemExit(f"{path} answers {response.status}")
                time.sleep(PAUSE_SECONDS)
                return taken

            fair = True
            for name in OPERATIONS:
                differences = []
                for number in range(pairs):
                    pair = {
                        True: known_emails[name][number],
                        False: f"nobody{number}@{name}.example",
                    }
                    order = random.sample([True, False], 2)
                    taken = {is_known: seconds(name, pair[is_known]) for is_known in order}
                    differences.append(taken[True] - taken[False])
                differences = differences[WARM_UP:]
                share = sum(difference > 0 for difference in differences) / len(differences)
                fair &= FAIR[0] <= share <= FAIR[1]
                middle = f"median {median(differences) * 1e3:+.2f} ms"
                print(f"{name:13} known slower in {share:.2f}, {middle}")
        finally:
            server.stop()
    sys.exit(not fair)


if __name__ == "__main__":
    main()
