"""What people who sign up with someone else's address can have emailed there."""

from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD

EMAIL = "owner@example.com"


# Emails to an unconfirmed address go to someone who may not have requested anything.


def test_they_have_nothing_mailed_that_they_wrote(browser, register, mailbox):
    text = "Win at www.evil.example"
    squatter = browser()
    register(squatter, email=EMAIL, password=PASSWORD, name=text)
    squatter.submit("/auth/login", {"email": EMAIL, "password": PASSWORD})
    register(browser(), email=EMAIL, password=NEW_PASSWORD, name=text)
    for path in ("/auth/confirm", "/auth/reset", "/auth/magic-link"):
        browser().submit(path, {"email": EMAIL})
    squatter.submit("/account/export")
    squatter.submit("/account/email", {"email": "third@example.com"})
    new = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    squatter.submit("/account/password", new)
    phone = browser()
    phone.client.environ_base["HTTP_USER_AGENT"] = text
    phone.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    phone.submit("/account/delete")
    browser().submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    mails = mailbox.to(EMAIL)
    assert len({mail["Subject"] for mail in mails}) >= 8
    for mail in [*mails, *mailbox.to("third@example.com")]:
        for part in ("plain", "html"):
            assert "evil.example" not in mail.get_body((part,)).get_content(), mail["Subject"]
        assert "evil.example" not in mail["Subject"]
