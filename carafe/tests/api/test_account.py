"""The API of the user's own account."""

from carafe.auth.models import ApiToken
from carafe.database import db
from carafe.notifications import notify
from carafe.tests.site.models import User


def test_sessions_have_the_name_of_the_device_and_say_which_is_this_one(alice, sign_in):
    other, browser = sign_in(alice), sign_in(alice)
    assert other.get("/api/v1/me").status_code == 200
    sessions = browser.get("/api/v1/sessions").json["items"]
    assert [session["current"] for session in sessions].count(True) == 1
    assert all(session["device"] for session in sessions)


def test_notifications_can_be_marked_as_read(app, alice, bob, use_api):
    with app.app_context():
        notify(alice.id, "Hello")
        db.session.commit()
    client = use_api(alice)
    [hello] = client.get("/notifications").json["items"]
    path = f"/notifications/{hello['id']}"
    assert (hello["read"], hello["read_at"]) == (False, None)
    read = client.change("PATCH", path, {"read": True}).json
    assert read["read"] is True
    assert read["read_at"]
    assert client.change("PATCH", path, {"read": True}).json == read
    assert client.change("PATCH", path, {"read": False}).json["read_at"] is None
    assert client.change("PATCH", path, {"read": "yes"}).status_code == 422
    assert use_api(bob).get(path).status_code == 404


def test_tokens_do_not_come_back_after_a_suspension(app, alice, use_api):
    client = use_api(alice)
    with app.app_context():
        user = db.session.get_one(User, alice.id)
        user.suspend()
        db.session.commit()
    assert client.get("/me").status_code == 401
    with app.app_context():
        db.session.get_one(User, alice.id).reinstate()
        db.session.commit()
        assert not db.session.query(ApiToken).count()
    assert client.get("/me").status_code == 401
