"""The first example of docs/admin.md is five lines, and works."""

import re
from pathlib import Path
from typing import Any

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser

PAGE = Path(__file__).parent.parent / "docs/admin.md"


def test_it_makes_a_list_of_five_lines(app, alice, carol):
    [example, *_] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert len([line for line in example.splitlines() if line]) == 5
    namespace: dict[str, Any] = {}
    exec(example, namespace)
    with another_app(app) as made:
        namespace["init_app"](made)
        browser = Browser(made.test_client())
        browser.submit("/auth/login", {"email": carol.email, "password": PASSWORD})
        page = browser.get(f"/admin/sessions/?user_id={carol.id}")
    assert page.status_code == 200
    assert "1 session" in page.text
    assert "carol@example.com" in page.text
