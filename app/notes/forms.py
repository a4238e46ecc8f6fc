"""The form to create or edit a note."""

from wtforms.validators import DataRequired

from app.notes.models import BODY_LENGTH, TITLE_LENGTH
from carafe.web import LongTextField, SubmissionForm, TextField, VersionForm


class NoteForm(SubmissionForm, VersionForm):
    title = TextField("Title", [DataRequired("Enter a title.")], length=TITLE_LENGTH)
    body = LongTextField("Text", length=BODY_LENGTH, default="")
