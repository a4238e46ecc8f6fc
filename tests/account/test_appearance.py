"""The page for the theme, and the menu of the settings. See also browser/test_appearance.py."""

import re

PAGE = "/account/appearance"


def test_it_offers_three_themes(alice, sign_in):
    page = sign_in(alice).get(PAGE).text
    main = page[page.index("<main") :]
    assert re.findall(r'name="theme" value="(\w+)"', main) == ["system", "light", "dark"]
    assert "Without JavaScript, the theme follows your device." in main


def test_the_menu_groups_the_settings(app, alice, sign_in):
    page = sign_in(alice).get(PAGE).text
    menu = page[page.index('class="menu-title"') : page.index("<main")]
    texts = re.findall(r'"menu-title">([^<]+)|"menu-group">([^<]+)|</svg>([^<]+)</a>', menu)
    assert ["".join(text) for text in texts] == [
        "Settings",
        *("Account", "Profile", "Email", "Notifications", "Appearance"),
        *("Security", "Password", "Two-factor", "Passkeys", "Devices"),
        *(["Connected accounts"] if app.config["OAUTH_PROVIDERS"] else []),
        *("API tokens", "Webhooks", "Activity"),
        *("Data", "Your data"),
    ]


def test_it_is_for_users(visitor):
    assert visitor.get(PAGE).location == f"/auth/login?next={PAGE}"
