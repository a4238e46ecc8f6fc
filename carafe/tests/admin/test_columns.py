"""Which columns a list has, as each admin chose for themselves."""

import csv
import io
import re

import pytest

from carafe.admin.columns import humanize
from carafe.testing.lists import Links

LIST = "/admin/users/"
PAGE = "/admin/users/columns"


def headings(page: str) -> list[str]:
    head = re.search(r"<thead>(.*?)</thead>", page, re.S)
    assert head
    cells = re.findall(r"<th\b[^>]*>(.*?)</th>", head[1], re.S)
    columns = (cell for cell in cells if "visually-hidden" not in cell)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in columns]


@pytest.fixture
def choose():
    """Shows these columns alone, at these positions."""

    def send(browser, *columns: str, path=PAGE, **positions: int):
        form = browser.fill(path, PAGE)
        page = browser.get(path).text
        names = re.findall(r'name="column" value="([^"]+)"', page)
        now = [positions.get(name, place) for place, name in enumerate(names, 1)]
        fields = {"column": names, "position": now, "shown": list(columns)}
        return browser.post(PAGE, form.fields | fields)

    return send


@pytest.mark.parametrize(
    ("path", "heading"),
    [("user.name", "User"), ("user.email", "Email"), ("user.role", "Role"), ("name", "Name")],
)
def test_what_a_related_row_is_called_has_the_heading_of_the_relation(path, heading):
    assert humanize(path) == heading


def test_it_links_a_row_that_has_nothing_in_the_first_column(alice, carol, sign_in, choose):
    browser = sign_in(carol)
    choose(browser, "suspended_at", "email", suspended_at=1)
    assert f'<a href="/admin/users/{alice.id}">User {alice.id}</a>' in browser.get(LIST).text


def test_it_shows_what_was_chosen_to_who_chose_it(carol, make_user, sign_in, choose):
    browser, other = sign_in(carol), sign_in(make_user("eve@example.com", role="admin"))
    usual = headings(browser.get(LIST).text)
    assert "Time zone" not in usual
    answer = choose(browser, "name", "email", "time_zone", name=1)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert headings(browser.get(LIST).text) == ["Name", "Email", "Time zone"]
    assert headings(sign_in(carol).get(LIST).text) == ["Name", "Email", "Time zone"]
    assert headings(other.get(LIST).text) == usual
    form = browser.fill(PAGE)
    [form.action] = re.findall(r'formaction="([^"]*)"', browser.get(PAGE).text)
    browser.send(form)
    assert headings(browser.get(LIST).text) == usual


def test_it_moves_a_column_to_its_number(carol, sign_in, choose):
    browser = sign_in(carol)
    for positions, order in (
        ({"created_at": 1}, ["Since", "Email", "Name", "Role"]),
        ({"created_at": 3}, ["Email", "Name", "Since", "Role"]),
        ({"email": 2, "name": 1}, ["Name", "Email", "Since", "Role"]),
        ({"name": 99, "email": 0}, ["Email", "Since", "Role", "Name"]),
    ):
        choose(browser, "email", "name", "role", "created_at", **positions)
        assert headings(browser.get(LIST).text) == order


def test_it_wants_one_at_least_and_takes_no_other(carol, sign_in, choose):
    browser = sign_in(carol)
    for columns in ([], ["password_hash"]):
        answer = choose(browser, *columns)
        assert answer.status_code == 422
        assert "Select at least one column." in answer.text
    odd = {"csrf_token": browser.token(), "column": ["email", "email", "password_hash"]}
    odd |= {"position": ["x", "-1", "9" * 30], "shown": ["email", "password_hash"]}
    assert browser.post(PAGE, odd).status_code == 303
    assert headings(browser.get(LIST).text) == ["Email"]


def test_it_leads_back_to_what_was_filtered(carol, sign_in, choose):
    browser = sign_in(carol)
    page = browser.get(f"{LIST}?state=active&sort=-name").text
    [path] = [a["href"] for a in Links(page).links if (a["href"] or "").startswith(PAGE)]
    assert choose(browser, "email", path=path).location == f"{LIST}?sort=-name&state=active"
    evil = f"{PAGE}?back=%0d%0aSet-Cookie:x%3D1%26state%3Dactive%26_external%3D1%26_scheme%3Dx"
    assert choose(browser, "name", path=evil).location == f"{LIST}?state=active"


def test_it_exports_the_same_columns(carol, sign_in, choose):
    browser = sign_in(carol)
    choose(browser, "name", "time_zone", time_zone=1)
    links = [a["href"] or "" for a in Links(browser.get(LIST).text).links]
    [path] = [link for link in links if "export?" in link]
    file = browser.get(path.replace("export?", "export.csv?"))
    names, *rows = csv.reader(io.StringIO(file.data.decode("utf-8-sig")))
    assert names == ["id", "time_zone", "name"]
    assert [row[2] for row in rows] == ["Carol"]
