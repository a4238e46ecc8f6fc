"""The development site, which browsers visit: `flask --app tests.browser.wsgi run`.

Without the debug toolbar, whose parts take more of a browser's time than the page below them, and
with static files that browsers keep, as in production. `test_toolbar.py` has the toolbar.
"""

from app import create_app

app = create_app({"DEBUG": False})
