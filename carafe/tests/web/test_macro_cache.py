"""Macros whose HTML is cached."""

from flask import render_template_string
from markupsafe import Markup
from wtforms import BooleanField
from wtforms.validators import DataRequired

from carafe.web import Form, TextField

BADGE = '{% from "carafe/ui.html" import badge %}{{ badge(text) }}'
FIELDS = (
    '{% from "carafe/forms.html" import checkbox, field %}'
    "{{ field(form.name) }}{{ checkbox(form.agreed) }}"
)


class PersonForm(Form):
    name = TextField("Name", [DataRequired("Enter a name.")], length=10)
    agreed = BooleanField("I agree")


def test_text_is_escaped_after_the_same_text_as_html(app):
    with app.test_request_context("/"):
        assert "<b>new</b>" in render_template_string(BADGE, text=Markup("<b>new</b>"))
        assert "&lt;b&gt;new&lt;/b&gt;" in render_template_string(BADGE, text="<b>new</b>")


def test_a_field_shows_its_value_and_errors_and_no_other_does(app):
    def render(**data):
        with app.test_request_context("/", method="POST" if data else "GET", data=data):
            form = PersonForm()
            if data:
                form.validate()
            return render_template_string(FIELDS, form=form)

    empty = render()
    assert 'value=""' in empty
    assert "checked" not in empty
    filled = render(name="Ada", agreed="y")
    assert 'value="Ada"' in filled
    assert "checked" in filled
    assert "Enter a name." in render(name=" ")
    assert render() == empty
