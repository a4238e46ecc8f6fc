"""What nobody reads any more goes."""

from app.core.chunks import delete_in_chunks
from app.core.time import now
from app.jobs import job, scheduled
from app.notifications.models import Message, Notification
from app.notifications.models.notification import LIFETIME


@scheduled("43 3 * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete notifications and messages that are too old; how many."""
    over = now() - LIFETIME
    return sum(
        delete_in_chunks(model, model.created_at <= over) for model in (Notification, Message)
    )
