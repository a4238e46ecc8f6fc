"""Admin pages of this app, one module per noun. Each requires a permission."""

from app.admin.views import impersonation, invitations, messages

__all__ = ["impersonation", "invitations", "messages"]
