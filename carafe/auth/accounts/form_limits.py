"""Rate limits per client for forms that visitors submit."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from carafe.security.rate_limits import RateLimit, client_key

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def limit_form(limit: RateLimit) -> Callable[[View[P]], Callable[P, Response]]:
    """Return a decorator for the view of a form: 429 for a client that submitted too many.

    It counts before the form is parsed, because parsing itself could be used to slow the site down.
    A form with errors, to which the view responds with 422, doesn't count.
    """

    def decorate(view: View[P]) -> Callable[P, Response]:
        @wraps(view)
        def count(*args: P.args, **kwargs: P.kwargs) -> Response:
            limit.spend(client_key())
            response = make_response(view(*args, **kwargs))
            if response.status_code == 422:
                limit.refund(client_key())
            return response

        return count

    return decorate
