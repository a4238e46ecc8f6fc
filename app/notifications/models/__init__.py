"""What users are told, one by one or all at once."""

from app.notifications.models.message import Inbox, Message
from app.notifications.models.notification import Notification, notify

__all__ = ["Inbox", "Message", "Notification", "notify"]
