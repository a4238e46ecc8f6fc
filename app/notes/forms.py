"""The form of a note."""

from wtforms.validators import DataRequired

from app.core.forms import LongTextField, TextField
from app.core.submissions import SubmissionForm
from app.core.versions import VersionForm
from app.notes.models import BODY_LENGTH, TITLE_LENGTH


class NoteForm(SubmissionForm, VersionForm):
    title = TextField("Title", [DataRequired("Give the note a title.")], length=TITLE_LENGTH)
    body = LongTextField("Text", length=BODY_LENGTH, default="")
