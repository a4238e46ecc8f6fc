"""Someone else's note is 404, like one that doesn't exist."""

ROUTES = [
    ("GET", ""),
    ("GET", "/edit"),
    ("POST", "/edit"),
    ("POST", "/delete"),
]


def test_it_hides_the_notes_of_others(alice, bob, carol, sign_in, write, stored):
    [id] = write(alice, "Roof", body="two offers")
    for browser in (sign_in(bob), sign_in(carol)):
        data = {"csrf_token": browser.token(), "title": "Taken", "body": "", "version": "1"}
        for method, below in ROUTES:
            theirs = browser.client.open(f"/notes/{id}{below}", method=method, data=data)
            nobodys = browser.client.open(f"/notes/{id + 1}{below}", method=method, data=data)
            assert theirs.status_code == nobodys.status_code == 404
            assert "Roof" not in theirs.text
    assert stored() == [("Roof", "two offers", 1)]


def test_it_lists_only_ones_own(alice, bob, sign_in, write):
    write(alice, "Roof")
    write(bob, "Cellar")
    browser = sign_in(bob)
    for path in ("/notes/", "/notes/?q=o", "/notes/export.csv", "/members/cards"):
        page = browser.get(path).text
        assert "Roof" not in page
        assert ("Cellar" in page) == (path != "/notes/?q=o")


def test_it_takes_no_owner_from_the_form(alice, bob, sign_in):
    sign_in(bob).submit("/notes/new", {"title": "Planted", "user_id": alice.id, "id": 1})
    assert "Planted" not in sign_in(alice).get("/notes/").text
    assert "Planted" in sign_in(bob).get("/notes/").text


def delete(app, user):
    app.test_cli_runner().invoke(args=["user", "delete", user.email, "--yes"])


def test_it_goes_with_its_owner(app, alice, bob, write, stored):
    write(alice, "Roof")
    write(bob, "Cellar")
    delete(app, alice)
    assert stored() == [("Cellar", "", 1)]


def test_it_sends_the_open_tab_of_a_deleted_owner_to_log_in(app, alice, sign_in, write, stored):
    [id] = write(alice, "Roof")
    browser = sign_in(alice)
    form = browser.fill(f"/notes/{id}/edit")
    delete(app, alice)
    answer = browser.send(form)
    assert answer.status_code == 303
    assert answer.location.startswith("/auth/login")
    assert stored() == []
