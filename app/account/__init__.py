"""The user's own account: profile, password, two-factor authentication, devices, and data."""

from functools import partial

from flask import Flask

from app.account import user_data, views
from carafe import personal_data
from carafe.auth import avatars, current_user, is_logged_in, pages, two_factor
from carafe.web import checklist, menus


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    menus.add(app, "account", "Settings", "account.profile", icon="settings", visible=is_logged_in)
    add = partial(menus.add, app, "settings", group="Account")
    add("Profile", "account.profile", icon="user")
    add("Email", "account.email", icon="mail")
    add("Appearance", "account.appearance", icon="sun", at_end=True)
    add = partial(menus.add, app, "settings", group="Security")
    add("Password", "account.password", icon="key")
    add("Two-factor", "account.second_factors", icon="shield")
    add("Passkeys", "account.passkeys", icon="passkey", setting="PASSKEYS")
    add("Devices", "account.sessions", icon="device")
    add("Connected accounts", "account.connections", icon="link", setting="OAUTH_PROVIDERS")
    add("API tokens", "account.tokens", icon="key", setting="API")
    add("Webhooks", "account.webhooks", icon="webhook", setting="WEBHOOKS")
    add("Activity", "account.activity", icon="activity")
    menus.add(app, "settings", "Your data", "account.export", icon="download", group="Data")
    avatars.register(app, "/account/avatars/")
    checklist.add(
        app,
        "Add a picture",
        "account.profile",
        lambda: bool(current_user.avatar),
        text="It appears next to your name.",
        order=30,
        setting="AVATARS",
    )
    checklist.add(
        app,
        "Turn on two-factor authentication",
        "account.second_factors",
        lambda: two_factor.is_set_up(current_user),
        text="Then a stolen password isn't enough to log in.",
        order=40,
    )
    pages.register(
        app,
        activity="account.activity",
        data_export="account.export",
        tokens="account.tokens",
        webhooks="account.webhooks",
    )
    personal_data.add_section(app, "profile", user_data.profile)
