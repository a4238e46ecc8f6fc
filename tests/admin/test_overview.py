"""The overview."""

import re


def numbers(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page))


def test_it_counts(alice, bob, carol, dave, erin, sign_in):
    sign_in(alice)
    sign_in(alice)
    page = sign_in(carol).get("/admin/").text
    counts = {"Users": "5", "Unconfirmed": "1", "Suspended": "1", "Sessions": "3"}
    assert numbers(page) == counts


def test_it_shows_the_latest_events(alice, carol, sign_in, page):
    browser = sign_in(carol)
    browser.submit(page, {"name": "Alicia <b>"})
    overview = browser.get("/admin/").text
    assert "user.renamed" in overview
    assert f"user:{alice.id}" in overview
    assert "carol@example.com" in overview
    history = browser.get(page).text
    assert "Alicia &lt;b&gt;" in history
    assert "<b>" not in history
