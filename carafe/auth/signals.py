"""Signals for features that this package doesn't know."""

from blinker import Namespace

_signals = Namespace()

# Sent with the `User` in the transaction that deletes it. Receivers delete what the database
# doesn't, such as files, once that is committed.
user_deleted = _signals.signal("user-deleted")

# Sent with the `User` whose emailed links become invalid: after a new password, a suspension, the
# undoing of an email change, or a request to delete the account.
links_voided = _signals.signal("links-voided")

# Sent by `flask user renew-secrets`: encrypt other secrets with the newest key. Receivers return
# their number.
collect_renewed_secrets = _signals.signal("renewing-secrets")

# Sent by `flask user purge`: delete other expired data. Receivers return a name and a number:
# ("pictures", 3).
collect_purge_counts = _signals.signal("purging")
