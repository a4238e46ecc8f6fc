"""What users are told, one by one or all at once."""

from carafe.notifications.models.message import Inbox, Message
from carafe.notifications.models.notification import Notification, notify

__all__ = ["Inbox", "Message", "Notification", "notify"]
