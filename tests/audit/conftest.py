import pytest
from sqlalchemy import text

from app.audit import record
from app.core.database import db


@pytest.fixture
def happen(app):
    """Notes events of these names, each in a transaction of its own."""

    def note(*actions, **values):
        with app.app_context():
            for action in actions:
                record(action, **values)
                db.session.commit()

    return note


@pytest.fixture
def past_the_app(app):
    """Changes the database as somebody does who got at it in another way."""

    def run(*statements, **values):
        with app.app_context(), db.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    return run


@pytest.fixture
def verify(app):
    """What `flask audit verify` finds: a list of problems, empty when it is content."""

    def run(*args):
        result = app.test_cli_runner().invoke(args=["audit", "verify", *args])
        lines = result.stdout.splitlines()
        problems = [line for line in lines if not line.startswith("The last is")]
        problems = [line for line in problems if not line.endswith("events were read.")]
        assert result.exit_code == (1 if problems else 0), result.output
        return problems

    return run


@pytest.fixture
def end(app):
    """The end of the trail as the command prints it."""

    def read():
        output = app.test_cli_runner().invoke(args=["audit", "verify"]).stdout
        return output.split("The last is ")[1].strip()

    return read
