"""What htmx needs to be told in its own way: it does not see redirects, which browsers follow."""

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue


def lead_to(url: str, status: int) -> ResponseReturnValue:
    """Lead to another page than the one asked for, with 303.

    htmx gets `status` and leaves for that page. After a redirect it would put that page into the
    part of this one that it was to replace.
    """
    if "HX-Request" in request.headers:
        return Response(status=status, headers={"HX-Redirect": url})
    return redirect(url, 303)
