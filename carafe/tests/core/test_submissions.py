"""Forms sent twice, and forms about rows that someone else changed, for any model."""

import pytest
from sqlalchemy import Integer, MetaData, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Forbidden, NotFound

from carafe.database import Base, db
from carafe.web.fields import TextField
from carafe.web.submissions import SubmissionForm, SubmissionMixin
from carafe.web.versions import VersionForm, VersionMixin


class Shelf(Base):
    __abstract__ = True
    metadata = MetaData()


class Book(SubmissionMixin, VersionMixin, Shelf):
    __module__ = "scratch"  # no model of the engine, whose tables must have migrations
    __tablename__ = "scratch_book"
    __table_args__ = (UniqueConstraint("owner", "submission"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(50))


class BookForm(SubmissionForm, VersionForm):
    title = TextField("Title", length=50)


@pytest.fixture
def send(app):
    """Returns the form with what someone typed, in a separate request."""
    with app.app_context():
        Shelf.metadata.create_all(db.engine)

    contexts = []

    def fill(book=None, **typed):
        contexts.append(app.test_request_context("/", method="POST", data=typed))
        contexts[-1].push()
        form = BookForm(obj=book)
        assert form.validate()
        return form

    yield fill
    for context in reversed(contexts):
        db.session.rollback()
        context.pop()
    with app.app_context():
        Shelf.metadata.drop_all(db.engine)


def create(form, owner=1, **options):
    return Book.create_once(form.submission_digest, owner=owner, **form.values, **options)


def count():
    return db.session.scalar(select(func.count(Book.id)))


def test_a_form_sent_twice_creates_one_row(send):
    form = send(submission="abc", title="Emma")
    assert create(form).id == create(form).id
    assert count() == 1


def test_other_text_another_form_and_another_owner_are_other_rows(send):
    create(send(submission="abc", title="Emma"))
    create(send(submission="abc", title="Persuasion"))
    create(send(submission="def", title="Emma"))
    create(send(submission="abc", title="Emma"), owner=2)
    assert count() == 4


def test_a_form_without_a_token_creates_a_row_each_time(send):
    form = send(submission="", title="Emma")
    assert form.submission_digest is None
    create(form)
    create(form)
    assert count() == 2


def test_a_row_is_checked_before_it_is_created_but_not_when_it_is_there(send):
    def refuse():
        raise Forbidden

    form = send(submission="abc", title="Emma")
    with pytest.raises(Forbidden):
        create(form, check=refuse)
    book = create(form)
    assert create(form, check=refuse) is book


def test_each_new_form_has_a_token_of_its_own(app):
    with app.test_request_context("/"):
        assert BookForm().submission.data != BookForm().submission.data


def test_a_model_without_the_constraint_says_what_it_needs():
    class Magazine(SubmissionMixin, Shelf):
        __tablename__ = "scratch_magazine"
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(TypeError, match=r"Magazine needs UniqueConstraint\("):
        Magazine.by_submission("abc")


def test_an_edit_of_an_older_version_is_kept_in_the_form(send):
    book = create(send(title="Emma"))
    assert send(book, title="Persuasion", version=1).save(book)
    form = send(book, title="Sanditon", version=1)
    assert not form.save(book)
    assert (form.status_code, form.title.data, form.version.data) == (409, "Sanditon", 2)
    assert (book.title, book.version) == ("Persuasion", 2)


def test_the_same_edit_sent_twice_is_saved_once(send):
    book = create(send(title="Emma"))
    form = send(book, title="Persuasion", version=1)
    assert form.save(book)
    assert form.save(book)
    assert book.version == 2


def test_an_edit_of_a_row_deleted_at_the_same_moment_is_not_found(send, monkeypatch):
    book = create(send(title="Emma"))

    def edit(**values):
        db.session.execute(delete(Book))
        db.session.commit()
        raise StaleDataError

    monkeypatch.setattr(book, "edit", edit)
    with pytest.raises(NotFound):
        send(book, title="Persuasion", version=1).save(book)
