"""What this feature announces to those below it, which it does not know."""

from blinker import Namespace

_signals = Namespace()

# Sent with the `User` in the transaction that deletes it. What the database does not delete by
# itself, such as files, is for listeners to remove once that is committed.
user_deleted = _signals.signal("user-deleted")

# Sent with the `User` whose links, mailed until now, open nothing anymore: after a new password,
# suspension, the undoing of a change of address, or a request to delete the account.
links_voided = _signals.signal("links-voided")

# Sent by `flask user purge`: delete what else is left over. Receivers answer with a pair, what it
# is and how many there were: ("pictures", 3).
collect_purge_counts = _signals.signal("purging")
