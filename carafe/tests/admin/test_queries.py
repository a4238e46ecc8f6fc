"""How many queries a list makes."""

from carafe import admin
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.database import statements
from carafe.testing.http import Browser
from carafe.tests.site.models import User


def test_a_list_may_count_what_its_filters_choose(app, carol, make_user):
    for n in range(25):
        make_user(f"u{n}@example.com")
    roles = admin.Choice(
        User.role, "role", "Role", {"user": "User", "admin": "Admin"}, show_counts=True
    )
    with another_app(app) as made:
        columns = ["email", "name"]
        admin.add(made, User, name="people", columns=columns, filters=[roles])
        browser = Browser(made.test_client())
        browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})
        with statements(made) as asked:
            page = browser.get("/admin/people/").text
        assert "User 25" in page
        # The user, how they want to see the list, its rows, their number, and those of the filter;
        # and the counts in the menu.
        assert len(asked) <= 6, asked
