"""The app whose API the examples use. Run these with `bin/test examples/tests`."""

from app import create_app

pytest_plugins = ["carafe.testing"]


def pytest_configure() -> None:
    from carafe.testing.suite import configure

    configure(create_app, wsgi="wsgi", groups={"examples/tests/test_front_ends.py": "browser"})
