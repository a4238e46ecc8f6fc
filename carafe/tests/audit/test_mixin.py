"""Models whose verbs record what happens to a row."""

import pytest

from carafe.audit import AuditEvent, AuditMixin
from carafe.auth import OwnerMixin
from carafe.database import db
from carafe.tests.site.models import Thing
from carafe.web import VersionMixin


@pytest.fixture
def thing(app, alice):
    with app.app_context():
        thing = Thing.create(user_id=alice.id, title="Roof", body="two offers")
        db.session.commit()
        yield thing


def events(subject):
    query = db.session.query(AuditEvent).filter_by(subject=subject).order_by(AuditEvent.id)
    return [(event.action, event.details) for event in query]


def test_it_records_that_a_row_is_created(thing):
    assert thing.subject == f"thing:{thing.id}"
    assert events(thing.subject) == [("thing.created", {})]


def test_it_records_what_is_edited_without_private_values(thing):
    thing.edit(title="Cellar", body="two offers")
    db.session.commit()
    assert events(thing.subject)[1:] == [("thing.edited", {"changes": {"title": None}})]
    assert thing.version == 2


def test_it_records_no_edit_that_changes_nothing(thing):
    thing.edit(title="Roof", body="two offers")
    db.session.commit()
    assert events(thing.subject)[1:] == []
    assert thing.version == 1


def test_it_takes_no_value_without_a_name(thing):
    with pytest.raises(TypeError, match=r"row\.edit\(title=…\)"):
        thing.edit("Cellar")


@pytest.mark.parametrize("mixin", [OwnerMixin, VersionMixin])
def test_a_model_in_which_it_comes_too_late_is_refused(mixin):
    with pytest.raises(TypeError, match=r"class Book\(AuditMixin, …\)"):
        type("Book", (mixin, AuditMixin), {})


def test_a_mixin_that_extends_it_may_come_first():
    class Sealed(AuditMixin):
        def edit(self, *args: object, **values: object) -> None:
            raise TypeError("It is sealed.")

    assert issubclass(type("Book", (Sealed, OwnerMixin), {}), AuditMixin)


def test_it_records_that_a_row_is_deleted(thing):
    subject = thing.subject
    thing.delete()
    db.session.commit()
    assert events(subject)[1:] == [("thing.deleted", {})]
    assert db.session.query(Thing).count() == 0
