"""Notifications, and messages to everyone."""

from carafe.notifications.models.message import Inbox, Message
from carafe.notifications.models.notification import Notification, notify

__all__ = ["Inbox", "Message", "Notification", "notify"]
