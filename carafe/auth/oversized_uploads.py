"""The response to a file that is too large to be read."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from carafe.auth.access import enforce_policy
from carafe.auth.identity import is_logged_in
from carafe.security.body_limits import discard_body
from carafe.web.errors import render_error, wants_json
from carafe.web.routing import current_policy


def render_too_large(
    error: RequestEntityTooLarge, endpoint: str, render_form: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """Respond with the form that the file was submitted with, for a blueprint's error handler.

    `endpoint` is where the form goes; other requests get the usual error page. A body that is too
    large is refused before the user is checked, so this checks them.
    """
    response: ResponseReturnValue
    if request.endpoint != endpoint or wants_json() or not is_logged_in():
        response = render_error(error)
        return response
    discard_body()
    try:
        return enforce_policy(current_policy()) or render_form()
    except HTTPException as refusal:
        response = render_error(refusal)
        return response
