"""The form of a note."""

from wtforms import HiddenField, IntegerField
from wtforms.validators import DataRequired, Length, Optional

from app.core.forms import Form, LongTextField, TextField
from app.notes.models import BODY_LENGTH, TITLE_LENGTH


class NoteForm(Form):
    title = TextField("Title", [DataRequired("Give the note a title.")], length=TITLE_LENGTH)
    body = LongTextField("Text", length=BODY_LENGTH)
    submission = HiddenField(validators=[Length(max=32)])
    version = IntegerField(validators=[Optional()])
