"""Each link in a mail, with what mail programs add at the end."""

ADDED = "&amp;utm_source=news"


def follow(browser, path):
    return browser.get(path + ADDED, follow_redirects=True).status_code


def test_it_leads_to_the_page_without(alice, carol, erin, sign_in, mailbox, visitor):
    owner = sign_in(alice)
    owner.submit("/account/email", {"email": "alice@new.example.com"})
    change = mailbox.link("alice@new.example.com")
    assert follow(owner, change) == 200
    assert owner.submit(change).status_code == 303
    visitor.submit("/auth/confirm", {"email": erin.email})
    visitor.submit("/auth/magic-link", {"email": erin.email})
    confirm, magic_link = (
        next(part for part in mail.get_body(("plain",)).get_content().split() if "://" in part)
        for mail in mailbox.to(erin.email)
    )
    sign_in(carol).submit("/admin/invitations/", {"email": "guest@example.com", "role": "user"})
    paths = [
        mailbox.link(alice.email),
        confirm.removeprefix("http://localhost"),
        magic_link.removeprefix("http://localhost"),
        mailbox.link("guest@example.com"),
        "/auth/reset",
        "/auth/login",
    ]
    assert {path: follow(visitor, path) for path in paths} == dict.fromkeys(paths, 200)
