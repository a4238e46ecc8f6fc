"""The field of forms for an endpoint's URL."""

from __future__ import annotations

from typing import Any

from wtforms.form import BaseForm
from wtforms.validators import DataRequired, ValidationError

from carafe.web.fields import TextField
from carafe.webhooks.addresses import InvalidURLError, parse_url
from carafe.webhooks.models import URL_LENGTH


class EndpointURLField(TextField):
    """A URL to which webhooks can be sent. `data` is normalized if it is valid."""

    def __init__(self, label: str = "URL", **options: Any):
        super().__init__(label, [DataRequired("Enter a URL.")], length=URL_LENGTH, **options)

    def pre_validate(self, form: BaseForm) -> None:
        if not self.data or len(self.data) > URL_LENGTH:
            return
        try:
            self.data = parse_url(self.data).url
        except InvalidURLError as error:
            raise ValidationError(str(error)) from None
