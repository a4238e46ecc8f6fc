"""What htmx needs to be told in its own way: it does not see redirects, which browsers follow."""

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue


def lead_to(url: str, status: int) -> ResponseReturnValue:
    """Redirect to another page with 303.

    htmx gets `status` and navigates to that page. It would follow a redirect itself, and put that
    page into the part of this one that it was about to replace.
    """
    if "HX-Request" in request.headers:
        return Response(status=status, headers={"HX-Redirect": url})
    return redirect(url, 303)
