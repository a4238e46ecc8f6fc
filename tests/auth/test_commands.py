"""`flask user …` with the app's users. Each command: carafe/tests/auth."""

from carafe.testing.accounts import PASSWORD


def test_it_creates_a_user_with_a_name(app, visitor):
    options = ["--name", "Nu", "--password", PASSWORD]
    result = app.test_cli_runner().invoke(args=["user", "create", "new@example.com", *options])
    assert result.exit_code == 0
    visitor.submit("/auth/login", {"email": "new@example.com", "password": PASSWORD})
    page = visitor.get("/members").text
    assert 'value="Nu"' in page
    assert "not confirmed" not in page
