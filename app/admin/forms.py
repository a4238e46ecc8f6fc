"""Forms of the administration's own pages."""

from wtforms.validators import DataRequired

from app.admin.lists.saved_views import NAME_LENGTH
from app.core.forms import Form, TextField


class SavedViewForm(Form):
    name = TextField("Name", [DataRequired("Give the view a name.")], length=NAME_LENGTH)
