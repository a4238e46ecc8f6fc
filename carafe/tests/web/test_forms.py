"""Forms of an app: which names their fields may have."""

import pytest

from carafe.web import ChoiceField, Form, SubmissionForm, TextField, VersionForm


class EditForm(SubmissionForm, VersionForm):
    title = TextField("Title", length=50)


class Mixin:
    status = TextField("Status", length=50)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("status", "VersionForm"),
        ("conflict", "VersionForm"),
        ("version", "VersionForm"),
        ("save", "VersionForm"),
        ("submission", "SubmissionForm"),
        ("submission_digest", "SubmissionForm"),
        ("values", "Form"),
        ("data", "BaseForm"),
    ],
)
def test_a_field_that_hides_a_member_of_its_form_is_refused(name, base):
    field = ChoiceField("State", choices={"new": "New"})
    with pytest.raises(TypeError, match=rf'^OrderForm\.{name} hides {base}\..*"{name}_value"'):
        type("OrderForm", (EditForm,), {name: field})


def test_a_field_of_a_mixin_is_refused_as_well():
    with pytest.raises(TypeError, match=r"^OrderForm\.status hides VersionForm\.status"):
        type("OrderForm", (Mixin, VersionForm), {})
    type("OrderForm", (Mixin, Form), {})


def test_a_field_may_replace_another(app):
    class ShortForm(EditForm):
        title = TextField("Short title", length=5)

    untitled_form = type("UntitledForm", (EditForm,), {"title": None})
    titled_form = type("TitledForm", (untitled_form,), {"title": EditForm.title})

    with app.test_request_context():
        assert ShortForm().title.label.text == "Short title"
        assert "title" not in untitled_form()
        assert "title" in titled_form()
