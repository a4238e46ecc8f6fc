"""Each emailed link, with what mail programs append."""

ADDED = "&amp;utm_source=news"


def follow(browser, path):
    return browser.get(path + ADDED, follow_redirects=True).status_code


def test_it_leads_to_the_page_without(erin, mailbox, visitor):
    visitor.submit("/auth/confirm", {"email": erin.email})
    visitor.submit("/auth/magic-link", {"email": erin.email})
    confirm, magic_link = (
        next(part for part in mail.get_body(("plain",)).get_content().split() if "://" in part)
        for mail in mailbox.to(erin.email)
    )
    paths = [
        confirm.removeprefix("http://localhost"),
        magic_link.removeprefix("http://localhost"),
        "/auth/reset",
        "/auth/login",
    ]
    assert {path: follow(visitor, path) for path in paths} == dict.fromkeys(paths, 200)
