"""Values far longer than their field allows are refused before anything parses them."""

# email-validator takes seconds for this one.
HUGE_ADDRESS = "a@" + "[" * 30 * 1024


def test_a_huge_address_is_too_long_and_not_looked_at(visitor):
    fields = {"email": HUGE_ADDRESS, "password": "long enough to be one"}
    for name in ("login", "register", "reset", "confirm", "magic-link"):
        path = f"/auth/{name}"
        answer = visitor.submit(path, fields, action=path)
        assert answer.status_code == 422, path
        assert "it is longer than 254 characters" in answer.text, path
