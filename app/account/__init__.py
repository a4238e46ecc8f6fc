"""The user's own account: profile, password, two-factor authentication, devices, and data."""

from flask import Flask

from app.account import user_data, views
from carafe import personal_data
from carafe.auth import avatars, is_logged_in, pages
from carafe.web import menus


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    menus.add(app, "account", "Settings", "account.profile", icon="settings", visible=is_logged_in)
    menus.add(
        app,
        "account",
        "Notifications",
        "notifications.index",
        icon="bell",
        visible=is_logged_in,
        setting="NOTIFICATIONS",
    )
    menus.add(app, "settings", "Profile", "account.profile", icon="user")
    menus.add(app, "settings", "Email", "account.email", icon="mail")
    menus.add(app, "settings", "Password", "account.password", icon="key")
    menus.add(app, "settings", "Two-factor authentication", "account.second_factors", icon="shield")
    menus.add(app, "settings", "Passkeys", "account.passkeys", icon="passkey", setting="PASSKEYS")
    menus.add(
        app,
        "settings",
        "Connected accounts",
        "account.connections",
        icon="link",
        setting="OAUTH_PROVIDERS",
    )
    menus.add(app, "settings", "Devices", "account.sessions", icon="device")
    menus.add(app, "settings", "Activity", "account.activity", icon="activity")
    menus.add(app, "settings", "Your data", "account.export", icon="download")
    avatars.register(app, "/account/avatars/")
    pages.register(app, activity="account.activity", data_export="account.export")
    personal_data.add_section(app, "profile", user_data.profile)
