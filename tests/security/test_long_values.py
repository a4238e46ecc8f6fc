"""Values far longer than their field takes: refused before anything parses them."""

# email-validator takes seconds for it.
HUGE_ADDRESS = "a@" + "[" * 30 * 1024


def test_a_huge_address_is_too_long_and_not_looked_at(visitor, carol, sign_in):
    admin = sign_in(carol)
    fields = {"email": HUGE_ADDRESS, "password": "long enough to be one", "role": "user"}
    for browser, path in [
        (visitor, "/auth/login"),
        (visitor, "/auth/register"),
        (visitor, "/auth/reset"),
        (visitor, "/auth/confirm"),
        (visitor, "/auth/magic-link"),
        (admin, "/admin/invitations/"),
    ]:
        answer = browser.submit(path, fields, action=path)
        assert answer.status_code == 422, path
        assert "it is longer than 254 characters" in answer.text, path
