"""There is always an admin left."""


def test_the_last_administrator_cannot_leave(carol, sign_in, reload):
    answer = sign_in(carol).submit("/account/delete")
    assert answer.status_code == 409
    assert "This is the last admin." in answer.text
    assert reload(carol).deletes_at is None


def test_another_may_leave(carol, make_user, sign_in):
    make_user("second@example.com", role="admin")
    assert sign_in(carol).submit("/account/delete").status_code == 303
