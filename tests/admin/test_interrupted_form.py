"""A form in the admin that is interrupted by a proof of identity."""

from carafe.testing.clock import later


def test_the_proof_page_says_whose_role_will_change(app, carol, alice, sign_in):
    admin = sign_in(carol)
    later(app, minutes=11)
    path = f"/admin/users/{alice.id}"
    page = admin.get(admin.submit(path, {"role": "admin"}).location).text
    assert "After you confirm, this user will be changed." in page
    assert f"<dd>{path}</dd>" in page
    assert "<dt>Role</dt><dd>admin</dd>" in page
