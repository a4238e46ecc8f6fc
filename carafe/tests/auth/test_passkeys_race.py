"""One answer of a passkey, sent many times at the same moment, to several processes."""

import re
from functools import partial

from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add, ask_to_sign_in, sent
from carafe.testing.live_browser import LiveBrowser
from carafe.testing.races import at_once

USES = 8


def test_exactly_one_wins(running, email):
    running.add_user(email)
    origin = f"http://localhost:{running.port}"
    own_browser = LiveBrowser(running.url)
    own_browser.submit("/auth/login", {"email": email, "password": PASSWORD})
    key = add(own_browser, origin=origin)

    victim = LiveBrowser(running.url)
    form, request = ask_to_sign_in(victim)
    sent(form, key.get(request, counter=0))  # as synchronized ones: no counter gives it away
    thieves = [LiveBrowser(running.url) for _ in range(USES)]
    for thief in thieves:
        victim.copy_cookies_to(thief)
    answers = at_once([partial(thief.send, form) for thief in thieves])
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 422, 429}
    devices = re.findall(r"/account/sessions/\d+/delete", own_browser.get("/account/sessions").text)
    assert len(devices) == 2
