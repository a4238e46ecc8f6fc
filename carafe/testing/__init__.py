"""What the tests of an app need: a pytest plugin, and helpers in the modules of this package.

A suite names its app in the `conftest.py` at its top:

    pytest_plugins = ["carafe.testing"]


    def pytest_configure():
        from carafe.testing.suite import configure

        configure(create_app, wsgi="wsgi")

The import is in the function because pytest must load the plugin first, to explain its asserts.
"""

pytest_plugins = [
    "carafe.testing.hooks",
    "carafe.testing.api",
    "carafe.testing.apps",
    "carafe.testing.accounts",
    "carafe.testing.cast",
    "carafe.testing.browser",
    "carafe.testing.admin",
    "carafe.testing.email_change",
    "carafe.testing.invitations",
    "carafe.testing.migrations",
    "carafe.testing.notifications",
    "carafe.testing.odd_input",
    "carafe.testing.providers",
    "carafe.testing.registration",
    "carafe.testing.server",
    "carafe.testing.webhooks",
]
