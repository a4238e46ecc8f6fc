"""The sample app that is tested."""

from carafe.tests.site import create_app

pytest_plugins = ["carafe.testing"]


def pytest_configure() -> None:
    from carafe.testing.suite import configure

    configure(
        create_app,
        wsgi="carafe.tests.site.wsgi",
        settings={"MAGIC_LINK": True},
        groups={
            "carafe/tests/auth/oauth/*": "oauth",
            "carafe/tests/observability/test_tracing.py": "otel",
        },
    )
