"""Redirects for htmx, which doesn't see normal ones because browsers follow them."""

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue


def lead_to(url: str, status: int) -> ResponseReturnValue:
    """Redirect to another page with 303.

    htmx gets `status`, and navigates to that page. It would follow a redirect itself, and put that
    page into the part of this one it was about to replace.
    """
    if "HX-Request" in request.headers:
        return Response(status=status, headers={"HX-Redirect": url})
    return redirect(url, 303)
