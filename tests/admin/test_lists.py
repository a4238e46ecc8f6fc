"""What the list of users shows, finds, and exports, and who may see it."""

import csv
import io
import re

from carafe.time import now

LIST = "/admin/users/"
COLUMNS = "email,name,role,state,created_at"
OPTIONAL = "id,time_zone,confirmed_at,suspended_at,deletes_at,second_factor_required_at"


def headings(page: str) -> list[str]:
    head = re.search(r"<thead>(.*?)</thead>", page, re.DOTALL)
    assert head
    cells = re.findall(r"<th\b[^>]*>(.*?)</th>", head[1], re.DOTALL)
    texts = (re.sub(r"<[^>]+>", "", cell).strip() for cell in cells)
    return [text for text in texts if not text.startswith("Select")]


def test_it_shows_its_columns_and_those_one_chooses(carol, sign_in):
    browser = sign_in(carol)
    names = headings(browser.get(LIST).text)
    assert names == ["Email", "Name", "Role", "Status", "Joined"]
    page = browser.get(f"{LIST}?columns={COLUMNS},{OPTIONAL}").text
    optional = headings(page)[5:]
    assert len(optional) == OPTIONAL.count(",") + 1
    assert {"Time zone", "2FA required since"} <= {*optional}


def test_it_tells_the_states_of_users_apart(carol, make_user, sign_in):
    make_user("active@example.org")
    make_user("unconfirmed@example.org", confirmed_at=None)
    make_user("suspended@example.org", suspended_at=now())
    make_user("to-be-deleted@example.org", deletes_at=now())
    page = sign_in(carol).get(f"{LIST}?q=example.org").text
    rows = re.findall(r"([\w-]+)@example.org.*?data-label=\"Status\">(.*?)</td>", page, re.DOTALL)
    badges = {name: re.findall(r">([\w ]+)</span>", cell) for name, cell in rows}
    assert badges == {
        "active": ["Active"],
        "unconfirmed": ["Unconfirmed"],
        "suspended": ["Suspended"],
        "to-be-deleted": ["Active", "Deletion scheduled"],
    }


def test_it_is_exported_as_it_is_filtered(alice, carol, sign_in):
    answer = sign_in(carol).get(f"{LIST}export.csv?role=user")
    names, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert names[:4] == ["id", "email", "name", "role"]
    assert [row[:4] for row in rows] == [[str(alice.id), "alice@example.com", "Alice", "user"]]


def test_users_are_found_from_everywhere(alice, carol, sign_in):
    page = sign_in(carol).get("/admin/search?q=alice@").text
    assert f'href="/admin/users/{alice.id}"' in page


def test_lists_are_for_those_with_their_permission(app, alice, sam, carol, sign_in, visitor):
    user, staff, admin = sign_in(alice), sign_in(sam), sign_in(carol)
    for_staff = {"audit", "users"}
    for name in app.extensions["admin"]:
        for path in (f"/admin/{name}/", f"/admin/{name}/export"):
            assert visitor.get(path).status_code == 303, path
            assert user.get(path).status_code == 403, path
            assert staff.get(path).status_code == (200 if name in for_staff else 403), path
            assert admin.get(path).status_code == 200, path
    assert admin.get("/admin/users/new").status_code == 404
    assert admin.get("/admin/users/imports/").status_code == 404
