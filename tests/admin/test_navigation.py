"""The admin's menu: its groups, and counts of what needs attention."""

import re


def test_it_groups_pages(carol, sign_in):
    page = sign_in(carol).get("/admin/").text
    groups = re.findall(r'<li class="menu-group">(.*?)</li>', page)
    assert [group for group in groups if group != "Content"] == ["People", "System"]
    people = page.partition("People</li>")[2].partition('<li class="menu-group">')[0]
    for path in ("users", "invitations", "messages"):
        assert f'href="/admin/{path}/"' in people


def test_it_counts_unconfirmed_users(app, bob, carol, make_user, sign_in):
    browser = sign_in(carol)
    assert "nav-count" not in browser.get("/admin/").text
    for n in range(2):
        make_user(f"new{n}@example.com", confirmed_at=None)
    entry = re.search(r'href="/admin/users/".*?</a>', browser.get("/admin/").text, re.DOTALL)
    assert entry
    assert 'title="2 unconfirmed"' in entry[0]
