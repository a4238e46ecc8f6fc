"""Users, and what belongs to them: sessions, emailed links, second factors, linked accounts."""

from carafe.auth.models.api_token import ApiToken
from carafe.auth.models.device import KnownDevice
from carafe.auth.models.impersonation import Impersonation
from carafe.auth.models.interrupted_form import InterruptedForm
from carafe.auth.models.invitation import Invitation
from carafe.auth.models.linked_account import LinkedAccount
from carafe.auth.models.passkey import Passkey
from carafe.auth.models.recovery_code import RecoveryCode
from carafe.auth.models.session import Session
from carafe.auth.models.token import Token
from carafe.auth.models.totp import Totp
from carafe.auth.models.user_mixin import UserMixin

__all__ = [
    "ApiToken",
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
