"""The search through everything: rows of declared models, and pages by their names."""

import re
from html import unescape

from carafe.admin.lists import listing, matching, scan
from carafe.testing.database import statements

SECTION = re.compile(r'<section class="results".*?</section>', re.S)
LINK = re.compile(r'<a class="row-link" href="([^"]*)">(.*?)</a>', re.S)


def results(page: str) -> dict[str, dict[str, str]]:
    """Of each kind, text and address of what was found."""
    groups = {}
    for section in SECTION.findall(page):
        [label] = re.findall(r"<h2[^>]*>(.*?)</h2>", section)
        texts = [
            (re.sub(r"<[^>]+>", "", text), unescape(url)) for url, text in LINK.findall(section)
        ]
        groups[label] = dict(texts)
    return groups


def test_it_finds_people_by_address_and_by_name(alice, bob, carol, sign_in):
    browser = sign_in(carol)
    for q in ("alice@", "ALICE@EXAMPLE", "Alice"):
        users = results(browser.get(f"/admin/search?q={q}").text)["Users"]
        assert users == {"alice@example.com Alice": f"/admin/users/{alice.id}"}, q
        assert browser.get(users["alice@example.com Alice"]).status_code == 200


def test_it_finds_rows_of_one_list_alone(alice, carol, sign_in):
    page = sign_in(carol).get("/admin/search?q=alice&in=users").text
    assert [*results(page)] == ["Users"]
    assert f'<li data-row="{alice.id}">' in page


def test_it_finds_pages_by_their_names(carol, sign_in):
    browser = sign_in(carol)
    assert results(browser.get("/admin/search?q=JOB").text) == {"Pages": {"Jobs": "/admin/jobs/"}}
    pages = results(browser.get("/admin/search?q=health").text)["Pages"]
    assert pages == {"Health": "/admin/health/"}


def test_it_leads_to_the_list_where_the_search_stops(carol, make_user, sign_in, monkeypatch):
    monkeypatch.setattr(matching, "COUNT_LIMIT", 3)
    monkeypatch.setattr(listing, "SCAN_SECONDS", 0)
    monkeypatch.setattr(scan, "FIRST_STEP", 10)
    monkeypatch.setattr(scan, "MIN_STEPS", 1)
    for n in range(27):
        make_user(f"{'old' if n < 7 else 'new'}{n}@example.com")
    page = sign_in(carol).get("/admin/search?q=old").text
    assert "No results for" not in page
    assert results(page)["Users"] == {"Search all users": "/admin/users/?q=old"}


def test_it_leads_to_all_where_there_are_more(carol, make_user, sign_in):
    for n in range(7):
        make_user(f"many{n}@example.com")
    browser = sign_in(carol)
    users = results(browser.get("/admin/search?q=many").text)["Users"]
    assert len(users) == 6
    listed = browser.get(users["View all 7 users"]).text
    assert all(f"many{n}@example.com" in listed for n in range(7))
    page = browser.get("/admin/search?q=many0").text
    assert len(results(page)["Users"]) == 1
    assert ">First " not in page
    assert re.search(r">First \d+ results for", browser.get("/admin/search?q=many").text)


def test_it_keeps_the_parts_of_a_cell_apart(carol, sign_in):
    events = results(sign_in(carol).get("/admin/search?q=session.started").text)["Audit log"]
    assert any("Logged in · device: " in text for text in events)
    assert any("Carol · carol@example.com" in text for text in events)


def test_it_counts_no_further_than_lists_do(carol, make_user, sign_in, monkeypatch):
    monkeypatch.setattr(matching, "COUNT_LIMIT", 6)
    for n in range(8):
        make_user(f"many{n}@example.com")
    users = results(sign_in(carol).get("/admin/search?q=many").text)["Users"]
    assert "View all 6+ users" in users


def test_it_shows_each_only_what_they_may_read(alice, sam, sign_in, app):
    staff = sign_in(sam)
    assert "Users" in results(staff.get("/admin/search?q=alice@").text)
    may = app.extensions["permissions"]["staff"]
    may.discard("users.read")
    try:
        page = staff.get("/admin/search?q=alice@").text
        assert "Users" not in results(page)
        assert results(staff.get("/admin/search?q=users").text) == {}
    finally:
        may.add("users.read")
    assert results(staff.get("/admin/search?q=jobs").text) == {}


def test_it_is_for_those_who_may_enter(alice, visitor, sign_in):
    assert sign_in(alice).get("/admin/search?q=alice").status_code == 403
    assert visitor.get("/admin/search?q=alice").status_code == 303


ODD = ["%", "_", "'", '"', "\\", "%00", "a%00b", "<script>", "😀", "%ff", "a" * 5_000, "* OR"]


def test_it_takes_any_text_for_text(alice, carol, sign_in):
    browser = sign_in(carol)
    for q in ODD:
        answer = browser.get(f"/admin/search?q={q}")
        assert answer.status_code == 200, q
        assert "<script>" not in answer.text.replace("<script src", "")
        assert "alice" not in answer.text or q.startswith("a"), q


def test_it_says_that_nothing_was_found(carol, sign_in):
    page = sign_in(carol).get("/admin/search?q=qxqxqx").text
    assert "No results for" in page
    assert "qxqxqx" in page


def test_it_says_what_it_searches(carol, sign_in):
    page = sign_in(carol).get("/admin/search").text
    assert "Email or name" in page
    assert not results(page)


def test_it_asks_a_fixed_number_for_each_model(app, carol, make_user, sign_in):
    browser = sign_in(carol)
    browser.get("/admin/search?q=many")
    for n in range(20):
        make_user(f"many{n}@example.com", name=f"many {n}")
    declared = [
        model_admin for model_admin in app.extensions["admin"].values() if model_admin.list.searches
    ]
    with statements(app) as queries:
        browser.get("/admin/search?q=many")
    # The reader, the menu's counts, and names in events; how many there are, of each kind of
    # search and in all, and the rows.
    assert len(queries) <= 3 + sum(2 + len(model_admin.list.searches) for model_admin in declared)
