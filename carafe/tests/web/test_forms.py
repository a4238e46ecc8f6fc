"""Forms of an app: which names their fields may have, and how selects are rendered."""

import re

import pytest
from flask import render_template_string
from wtforms import SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from carafe.web import ChoiceField, Form, SubmissionForm, TextField, VersionForm

pytestmark = pytest.mark.any_database


class EditForm(SubmissionForm, VersionForm):
    title = TextField("Title", length=50)


class Mixin:
    conflict = TextField("Conflict", length=50)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("status_code", "VersionForm"),
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


def test_a_field_may_have_a_common_name():
    names = ["author", "category", "date", "name", "owner", "price", "state", "status", "type"]
    type("OrderForm", (EditForm,), {name: TextField(name, length=50) for name in names})


def test_a_field_of_a_mixin_is_refused_as_well():
    with pytest.raises(TypeError, match=r"^OrderForm\.conflict hides VersionForm\.conflict"):
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


class StateForm(Form):
    state = ChoiceField("State", choices={"new": "New & used", "sold": "Sold"})
    size = SelectField(
        "Size",
        coerce=int,
        choices=[
            SelectChoice(0, "None"),
            SelectChoice(1, "S", optgroup="Small"),
            SelectChoice(2, "L", {"disabled": True}, optgroup="Large"),
        ],
    )


def render(app, call, **typed):
    """Return what a macro of forms.html renders, without the white space between tags."""
    source = '{% from "carafe/forms.html" import field, select %}{{ ' + call + " }}"
    method = "POST" if typed else "GET"
    with app.test_request_context("/", method=method, data=typed):
        form = StateForm(data={"state": "sold", "size": 1})
        if typed:
            form.validate()
        return re.sub(r"\s*(<|>)\s*", r"\1", render_template_string(source, form=form))


OPTIONS = (
    '<option value="new">New &amp; used</option>'
    '<option value="sold" selected>Sold</option></select>'
)


@pytest.mark.parametrize("macro", ["field", "select"])
def test_a_choice_field_is_a_select_of_its_choices(macro, app):
    page = render(app, f'{macro}(form.state, help="Now.", required=False)')
    assert '<label class="form-label" for="state">State<span class="optional">' in page
    assert 'id="state" name="state" aria-describedby="state-help"' in page
    assert OPTIONS in page
    assert '<p class="form-text" id="state-help">Now.</p>' in page
    assert "is-invalid" not in page


@pytest.mark.parametrize("macro", ["field", "select"])
def test_a_select_shows_what_was_sent_and_what_is_wrong(macro, app):
    assert OPTIONS in render(app, f"{macro}(form.state)", state="sold", size="7")
    page = render(app, f"{macro}(form.size)", state="sold", size="7")
    assert "is-invalid" in page
    assert 'aria-describedby="size-error"' in page
    assert 'id="size-error"' in page
    assert "selected" not in page


def test_a_select_has_the_groups_and_attributes_of_its_choices(app):
    assert (
        '<option value="0">None</option>'
        '<optgroup label="Small"><option value="1" selected>S</option></optgroup>'
        '<optgroup label="Large"><option value="2" disabled="True">L</option></optgroup></select>'
    ) in render(app, "field(form.size)")


def test_the_options_of_a_select_may_be_others(app):
    page = render(app, 'select(form.state, [("lent", "Lent"), ("sold", "Gone")])')
    assert '<option value="lent">Lent</option><option value="sold" selected>Gone</option>' in page
    assert '<option value="new" selected>' in render(app, 'select(form.state, chosen="new")')
