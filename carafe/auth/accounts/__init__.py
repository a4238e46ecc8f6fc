"""What account pages call: one function per form, with its whole protocol.

A function takes parsed values, applies the limits, transactions, and order that make it safe,
commits, and returns what the page needs, or raises one of the errors below. It renders nothing.
Decorators named `limit_…` go on views of forms that visitors submit.
"""

from carafe.auth.accounts.activity import list_activity
from carafe.auth.accounts.api_tokens import (
    DEFAULT_TOKEN_LIFETIME,
    TOKEN_LIFETIMES,
    TOKEN_NAME_LENGTH,
    TooManyTokensError,
    UnknownScopeError,
    available_scopes,
    create_api_token,
    list_api_tokens,
    revoke_api_token,
)
from carafe.auth.accounts.authentication import NextStep, authenticate, limit_logins, log_out
from carafe.auth.accounts.authenticator_app import (
    NoSetupError,
    TotpSetup,
    add_totp,
    begin_totp_setup,
    pending_totp_setup,
    remove_totp,
    renew_recovery_codes,
)
from carafe.auth.accounts.confirmation import (
    PendingConfirmation,
    confirm_email,
    confirm_email_with_password,
    limit_confirmation_requests,
    pending_confirmation,
    request_confirmation,
)
from carafe.auth.accounts.connections import Connection, disconnect, list_connections
from carafe.auth.accounts.deletion import schedule_deletion
from carafe.auth.accounts.email_address import (
    cancel_email_change,
    change_email,
    email_of_change,
    email_of_undo,
    pending_email,
    request_email_change,
    undo_email_change,
)
from carafe.auth.accounts.errors import (
    FieldError,
    InvalidLinkError,
    LoginRequiredError,
    OtherUserError,
)
from carafe.auth.accounts.identity_proof import (
    ProofMethods,
    proof_methods,
    prove_with_code,
    prove_with_password,
)
from carafe.auth.accounts.impersonation import end_impersonation, impersonate
from carafe.auth.accounts.invitation import (
    SentInvitation,
    accept_invitation,
    find_invitation,
    invite,
    list_invitations,
    revoke_invitation,
)
from carafe.auth.accounts.magic_link import (
    MagicLinkLogin,
    limit_magic_link_requests,
    log_in_with_magic_link,
    request_magic_link,
    user_of_magic_link,
)
from carafe.auth.accounts.passkeys import (
    add_passkey,
    find_passkey,
    list_passkeys,
    log_in_with_passkey,
    log_in_with_second_passkey,
    may_add_passkey,
    passkey_creation_options,
    passkey_login_options,
    passkey_proof_options,
    passkey_second_factor_options,
    prove_with_passkey,
    remove_passkey,
    rename_passkey,
)
from carafe.auth.accounts.password import (
    change_password,
    fresh_login_without_password,
    has_password,
    set_first_password,
)
from carafe.auth.accounts.provider_arrivals import Arrival, proof_providers
from carafe.auth.accounts.provider_journey import (
    ProviderReturn,
    connect_at,
    log_in_at,
    prove_at,
    resume_journey,
    return_from,
)
from carafe.auth.accounts.registration import limit_registrations, register
from carafe.auth.accounts.reset import (
    email_of_reset,
    limit_reset_requests,
    request_reset,
    reset_password,
)
from carafe.auth.accounts.second_factor import LoginExpiredError, challenged_user, log_in_with_code
from carafe.auth.accounts.sessions import (
    AccessSummary,
    Device,
    end_other_sessions,
    end_session,
    list_devices,
    summarize_access,
)
from carafe.auth.models.invitation import INVITE_PERMISSION
from carafe.auth.models.passkey import MAX_PASSKEYS, PASSKEY_NAME_LENGTH
from carafe.auth.models.user_mixin import EmailTakenError
from carafe.auth.passkeys import TOO_MANY_PASSKEYS, PasskeyError
from carafe.auth.providers.journey import LOG_IN, REAUTHENTICATE, AuthorizationRequest
from carafe.auth.providers.profile import CanceledError, ProviderError, UnavailableError

__all__ = [
    "DEFAULT_TOKEN_LIFETIME",
    "INVITE_PERMISSION",
    "LOG_IN",
    "MAX_PASSKEYS",
    "PASSKEY_NAME_LENGTH",
    "REAUTHENTICATE",
    "TOKEN_LIFETIMES",
    "TOKEN_NAME_LENGTH",
    "TOO_MANY_PASSKEYS",
    "AccessSummary",
    "Arrival",
    "AuthorizationRequest",
    "CanceledError",
    "Connection",
    "Device",
    "EmailTakenError",
    "FieldError",
    "InvalidLinkError",
    "LoginExpiredError",
    "LoginRequiredError",
    "MagicLinkLogin",
    "NextStep",
    "NoSetupError",
    "OtherUserError",
    "PasskeyError",
    "PendingConfirmation",
    "ProofMethods",
    "ProviderError",
    "ProviderReturn",
    "SentInvitation",
    "TooManyTokensError",
    "TotpSetup",
    "UnavailableError",
    "UnknownScopeError",
    "accept_invitation",
    "add_passkey",
    "add_totp",
    "authenticate",
    "available_scopes",
    "begin_totp_setup",
    "cancel_email_change",
    "challenged_user",
    "change_email",
    "change_password",
    "confirm_email",
    "confirm_email_with_password",
    "connect_at",
    "create_api_token",
    "disconnect",
    "email_of_change",
    "email_of_reset",
    "email_of_undo",
    "end_impersonation",
    "end_other_sessions",
    "end_session",
    "find_invitation",
    "find_passkey",
    "fresh_login_without_password",
    "has_password",
    "impersonate",
    "invite",
    "limit_confirmation_requests",
    "limit_logins",
    "limit_magic_link_requests",
    "limit_registrations",
    "limit_reset_requests",
    "list_activity",
    "list_api_tokens",
    "list_connections",
    "list_devices",
    "list_invitations",
    "list_passkeys",
    "log_in_at",
    "log_in_with_code",
    "log_in_with_magic_link",
    "log_in_with_passkey",
    "log_in_with_second_passkey",
    "log_out",
    "may_add_passkey",
    "passkey_creation_options",
    "passkey_login_options",
    "passkey_proof_options",
    "passkey_second_factor_options",
    "pending_confirmation",
    "pending_email",
    "pending_totp_setup",
    "proof_methods",
    "proof_providers",
    "prove_at",
    "prove_with_code",
    "prove_with_passkey",
    "prove_with_password",
    "register",
    "remove_passkey",
    "remove_totp",
    "rename_passkey",
    "renew_recovery_codes",
    "request_confirmation",
    "request_email_change",
    "request_magic_link",
    "request_reset",
    "reset_password",
    "resume_journey",
    "return_from",
    "revoke_api_token",
    "revoke_invitation",
    "schedule_deletion",
    "set_first_password",
    "summarize_access",
    "undo_email_change",
    "user_of_magic_link",
]
