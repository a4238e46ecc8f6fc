"""The overview."""

import re

from markupsafe import Markup


def numbers(page: str) -> dict[str, str]:
    rows = re.findall(r"<dt>(?:<a[^>]*>)?(\w+).*?</dt>\s*<dd>(.*?)</dd>", page)
    return dict(rows)


def test_it_counts(alice, bob, carol, dave, erin, sign_in):
    sign_in(alice)
    sign_in(alice)
    page = sign_in(carol).get("/admin/").text
    counts = {"Users": "5", "Unconfirmed": "1", "Suspended": "1", "Sessions": "3"}
    assert numbers(page) == counts
    assert 'href="/admin/users/?state=unconfirmed"' in page


def cards(page: str) -> dict[str, str]:
    """Return the number of each card, by its name."""
    pattern = r'aria-labelledby="([\w-]+)-heading">.*?<strong>([\d,.]+)</strong>'
    return dict(re.findall(pattern, page, re.DOTALL))


def test_it_has_a_card_for_each_number_over_time(alice, bob, carol, sign_in):
    sign_in(alice)
    page = sign_in(carol).get("/admin/?days=7").text
    numbers = cards(page)
    assert (numbers["sign-ups"], numbers["errors"]) == ("3", "0")
    assert {"active-users", "mails"} <= numbers.keys()
    assert 'href="/admin/users/"' in page


def test_staff_see_the_cards_of_what_they_may_read(sam, sign_in, grant):
    browser = sign_in(sam)
    assert set(cards(browser.get("/admin/").text)) == {"sign-ups", "active-users"}
    grant(["operations.read"])
    names = {"sign-ups", "active-users", "mails", "errors"}
    assert set(cards(browser.get("/admin/").text)) == names


def test_it_says_what_happened_in_sentences(alice, carol, sign_in):
    admin, page = sign_in(carol), f"/admin/users/{alice.id}"
    admin.submit(page, action=f"{page}/suspension")
    admin.submit(page, {"name": ""})
    texts = [Markup(item).striptags() for item in admin.get("/admin/").text.split("<li>")]
    sentences = [text for text in texts if text.startswith("Carol ")]
    assert sentences[0].startswith("Carol renamed alice@example.com")
    assert sentences[1].startswith("Carol suspended alice@example.com")
    history = Markup(admin.get(page).text).striptags()
    assert "Carol renamed Name: was Alice → is now (empty)" in history
