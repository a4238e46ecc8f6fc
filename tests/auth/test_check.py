"""What `flask check` finds in the sample accounts. Its rules: carafe/tests/auth."""

from app.auth.demo import ADMIN, USER
from carafe.testing.checks import findings


def test_it_finds_sample_accounts(app):
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
    message = findings(app)["auth.demo_accounts"]["message"]
    assert USER in message
    assert ADMIN in message
