"""Values that the audit must not show, of rows that an admin changes."""

import pytest

from carafe import admin
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.sessions import open_session
from carafe.tests.site.models import Thing, User


@pytest.fixture
def browser(app, carol):
    """Carol, where the things of a user are inlines that name no private attribute."""
    with another_app(app) as other:
        admin.add(
            other,
            User,
            name="people",
            columns=["email"],
            form=["name"],
            operations=["read", "edit"],
            inlines=[admin.Inline(Thing, ["created_at"], form=["title", "archived_at"])],
        )
        yield open_session(other, carol)


def test_an_inline_keeps_what_the_model_calls_private(app, browser, alice, events):
    with app.app_context():
        thing = Thing.create(alice.id, "Roof")
        db.session.commit()
    form = browser.fill(f"/admin/people/{alice.id}")
    form.fields["thing"] = [str(thing.id)]
    assert browser.send(form, {f"thing-{thing.id}-title": "Cellar"}).status_code == 303
    [(_, _, details)] = events("thing.edited")
    assert details["changes"] == {"title": None}
