"""Limits that pages and emails mention: `{{ limits.reset_link|timespan }}` in a template."""

from carafe.auth import passwords
from carafe.auth.avatars import PICTURES
from carafe.auth.deletion import GRACE_PERIOD
from carafe.auth.models.impersonation import MAX_DURATION
from carafe.auth.models.invitation import INVITATION_LIFETIME
from carafe.auth.models.session import FRESH_LOGIN_LIFETIME
from carafe.auth.models.token import (
    CONFIRM,
    EMAIL_CHANGE,
    EMAIL_UNDO,
    LIFETIMES,
    MAGIC_LINK,
    RESET,
)
from carafe.storage import MEGABYTE

LIMITS: dict[str, object] = {
    "confirmation_link": LIFETIMES[CONFIRM],
    "email_change_link": LIFETIMES[EMAIL_CHANGE],
    "email_undo_link": LIFETIMES[EMAIL_UNDO],
    "invitation_link": INVITATION_LIFETIME,
    "magic_link": LIFETIMES[MAGIC_LINK],
    "reset_link": LIFETIMES[RESET],
    "deletion": GRACE_PERIOD,
    "fresh_login": FRESH_LOGIN_LIFETIME,
    "impersonation": MAX_DURATION,
    "avatar_megabytes": PICTURES.max_bytes // MEGABYTE,
    "password_characters": passwords.MIN_LENGTH,
}
