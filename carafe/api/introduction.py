"""What the OpenAPI document says first."""

INTRODUCTION = """\
Everything that programs can do.

## Authentication

Send an API token as `Authorization: Bearer {prefix}…`. You create tokens in the settings of your \
account; each has the scopes that you choose, and never more rights than you have. Scripts of the \
site's own pages may use the session cookie instead, with the CSRF token of the page in \
`X-CSRFToken`.

## Errors

Every error is a problem (RFC 9457) of the type `application/problem+json`. Its `type` is the URL \
of a page that explains it. `errors` has a JSON pointer to each value that wasn't accepted. \
Programs should rely on `type` and `status`; `title` and `detail` are for people and may change.

## Lists

A list returns a page of `items`, and in `next` the URL of the following one, or `null`. Follow it \
as it is: no row appears twice or goes missing, whatever others add or delete.

## Changes

To replace, change, or delete a row, send the `ETag` that you read in `If-Match`. If the row has \
changed since, the response is 412 and nothing is overwritten.

## Repeated requests

Send a unique `Idempotency-Key`, such as a UUID, with a request that changes something. If you get \
no response, send the same request with the same key again: it has one effect, and you get the \
response of the first.
"""
