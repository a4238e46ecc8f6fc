"""Users, and what belongs to them: sessions, mailed links, second factors, linked accounts."""

from app.auth.models.device import KnownDevice
from app.auth.models.impersonation import Impersonation
from app.auth.models.interrupted_form import InterruptedForm
from app.auth.models.invitation import Invitation
from app.auth.models.linked_account import LinkedAccount
from app.auth.models.passkey import Passkey
from app.auth.models.recovery_code import RecoveryCode
from app.auth.models.session import Session
from app.auth.models.token import Token
from app.auth.models.totp import Totp
from app.auth.models.user_mixin import UserMixin

__all__ = [
    "Impersonation",
    "InterruptedForm",
    "Invitation",
    "KnownDevice",
    "LinkedAccount",
    "Passkey",
    "RecoveryCode",
    "Session",
    "Token",
    "Totp",
    "UserMixin",
]
