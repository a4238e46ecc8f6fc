"""The development site, which browsers visit: `flask --app tests.browser.wsgi run`.

Without the debug toolbar, which takes a browser more time than the page itself, and with static
files that browsers cache, as in production. `test_toolbar.py` has the toolbar.
"""

from tests.site import create_app

app = create_app({"DEBUG": False})
