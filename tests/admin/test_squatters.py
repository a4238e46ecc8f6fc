"""A role for an address that someone else signed up with."""

from app.auth.models import User
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD

EMAIL = "owner@example.com"


def test_a_role_that_is_given_to_a_squatter_is_the_owners(
    app, browser, register, carol, sign_in, mailbox
):
    squatter, owner = browser(), browser()
    register(squatter, email=EMAIL, password=PASSWORD)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    path = mailbox.link(EMAIL)
    with app.app_context():
        id = db.session.scalars(db.select(User.id).where(User.email == EMAIL)).one()
    assert sign_in(carol).submit(f"/admin/users/{id}", {"role": "admin"}).status_code == 303
    assert squatter.get("/admin/").status_code == 403
    owner.submit(path, {"password": NEW_PASSWORD})
    owner.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert owner.get("/admin/").status_code == 200
