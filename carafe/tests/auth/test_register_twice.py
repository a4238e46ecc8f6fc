"""The registration form, sent twice at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from carafe.testing.registration import NEW_PASSWORD


def test_it_makes_one_account(app, browser, all_emails, mailbox):
    opened = [browser() for _ in range(4)]
    forms = [client.fill("/auth/register") for client in opened]
    barrier = Barrier(len(opened))

    def send(client, form):
        barrier.wait()
        return client.send(form, {"email": "new@example.com", "password": NEW_PASSWORD})

    with ThreadPoolExecutor(len(opened)) as threads:
        answers = list(threads.map(send, opened, forms))
    assert [answer.status_code for answer in answers] == [303] * len(opened)
    assert all_emails() == ["new@example.com"]
    assert mailbox.to("new@example.com")
