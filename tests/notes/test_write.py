"""Writing notes."""


def test_it_keeps_what_was_typed(alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/notes/new", {"title": "Roof", "body": "two offers\r\nby May"})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Roof" in page
    assert "two offers\nby May" in page
