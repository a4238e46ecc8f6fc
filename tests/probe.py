"""Opens every page of the app without its last features: `python -m tests.probe <n> <folder>`.

Prints what went wrong, and nothing when nothing did. A process of its own, so that nothing of a
missing feature is imported already.
"""

import sys

from flask_migrate import upgrade

import app as package
from app import FEATURES, create_app
from tests.http import Browser


def main(missing: int, folder: str) -> None:
    gone = FEATURES[len(FEATURES) - missing :]
    package.FEATURES = FEATURES[: len(FEATURES) - missing]
    app = create_app({"APP_ENV": "testing", "INSTANCE_PATH": folder, "DATABASE_URL": None})
    browsers = {"a visitor": Browser(app.test_client())}
    if "core" in package.FEATURES:
        browsers |= people(app)
    for who, browser in browsers.items():
        for rule in app.url_map.iter_rules():
            if rule.arguments or "GET" not in (rule.methods or ()):
                continue
            try:
                status = browser.get(rule.rule).status_code
            except Exception as error:
                complain(f"{rule.rule} fails for {who}: {error!r}")
            else:
                if status >= 500:
                    complain(f"{rule.rule} answers {status} to {who}")
                if who != "a visitor" and status == 303 and rule.rule == "/dashboard":
                    complain(f"{who} is not signed in")
    for feature in gone:
        if f"app.{feature}" in sys.modules:
            complain(f"something imports {feature}")


def people(app):
    """A user and an administrator, signed in, as soon as there are such."""
    with app.app_context():
        upgrade()
    if "auth" not in package.FEATURES:
        return {}
    signed_in = {}
    for who, options in {"a user": [], "an administrator": ["--admin"]}.items():
        email, password = f"{who.split()[1]}@example.com", "carafe under the apple tree"
        arguments = ["user", "create", email, "--password", password, *options]
        assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
        signed_in[who] = Browser(app.test_client())
        answer = signed_in[who].submit("/auth/login", {"email": email, "password": password})
        assert answer.status_code == 303, answer.text
    return signed_in


def complain(text: str) -> None:
    print(text)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
