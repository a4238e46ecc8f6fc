"""Delete notifications that are read or old."""

from carafe.database.batches import delete_in_batches
from carafe.jobs import job, scheduled
from carafe.notifications.models import Message, Notification
from carafe.notifications.models.notification import LIFETIME
from carafe.time import now


@scheduled("43 3 * * *", setting="NOTIFICATIONS")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete notifications and messages that are too old; return how many."""
    over = now() - LIFETIME
    return sum(
        delete_in_batches(model, model.created_at <= over) for model in (Notification, Message)
    )
