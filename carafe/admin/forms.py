"""Forms of the admin's own pages."""

from wtforms.validators import DataRequired

from carafe.admin.lists.saved_views import NAME_LENGTH
from carafe.web.fields import TextField
from carafe.web.forms import Form


class SavedViewForm(Form):
    name = TextField("Name", [DataRequired("Enter a name for the view.")], length=NAME_LENGTH)
