"""Forms of the administration's own pages."""

from wtforms.validators import DataRequired

from carafe.admin.lists.saved_views import NAME_LENGTH
from carafe.web.forms import Form, TextField


class SavedViewForm(Form):
    name = TextField("Name", [DataRequired("Give the view a name.")], length=NAME_LENGTH)
