"""IDs in paths that no row can have."""

ODD = ("0", "-1", str(2**63 - 1), str(2**63), "9" * 5000, "x", "1.0", "1%00")


def test_there_is_no_page_for_them(alice, carol, sign_in):
    for user, path in ((alice, "/things/{}/edit"), (carol, "/admin/users/{}")):
        browser = sign_in(user)
        data = {"csrf_token": browser.token(), "title": "Taken", "name": "Taken"}
        for id in ODD:
            assert browser.get(path.format(id)).status_code == 404, id
            assert browser.post(path.format(id), data).status_code == 404, id
