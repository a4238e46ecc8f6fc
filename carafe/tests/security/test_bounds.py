"""How much a request may carry."""

import io

import pytest

pytestmark = pytest.mark.any_database

KIB = 1024
URLENCODED = "application/x-www-form-urlencoded"


def post(browser, body, content_type=URLENCODED, **options):
    return browser.post("/auth/login", body, content_type=content_type, **options)


def test_it_takes_a_form_of_reasonable_size(visitor):
    body = f"csrf_token={visitor.token()}&email=a&password=" + "x" * (100 * KIB)
    assert post(visitor, body).status_code == 422


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("x" * (3 * KIB * KIB), URLENCODED),
        ("x" * (3 * KIB * KIB), "application/json"),
        ("x" * (3 * KIB * KIB), "text/plain"),
        ("a=" + "x" * (600 * KIB), URLENCODED),
        ("a=" + "%5B" * (50 * KIB), URLENCODED),
        ("a=1&" * 300, URLENCODED),
        ("&" * 100_000, URLENCODED),
    ],
)
@pytest.mark.parametrize("json", [False, True])
def test_it_refuses_too_much(body, content_type, json, visitor):
    headers = {"X-CSRFToken": visitor.token()}
    if json:
        headers["Accept"] = "application/json"
    answer = post(visitor, body, content_type, headers=headers)
    assert answer.status_code == 413
    assert answer.mimetype == ("application/problem+json" if json else "text/html")


def test_it_refuses_too_many_fields_of_a_multipart_form(visitor):
    fields = {f"f{n}": "x" for n in range(300)}
    answer = visitor.post(
        "/auth/login", fields | {"csrf_token": visitor.token()}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


def test_it_refuses_a_huge_field_of_a_multipart_form(visitor):
    head = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
    body = head + b"x" * (600 * KIB) + b"\r\n--x--\r\n"
    headers = {"X-CSRFToken": visitor.token()}
    answer = post(visitor, body, "multipart/form-data; boundary=x", headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00", URLENCODED),
        (b"%", URLENCODED),
        (b"=&=&;", URLENCODED),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"{", "application/json"),
        (b'{"email": 1}', "application/json"),
        (b"a=b", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"a=b", "nonsense"),
        (b"", ""),
    ],
)
def test_it_answers_nonsense_below_500(body, content_type, visitor):
    headers = {"X-CSRFToken": visitor.token()}
    assert post(visitor, body, content_type, headers=headers).status_code in (400, 422)


def test_it_takes_no_file_for_a_text(visitor):
    fields = {"email": (io.BytesIO(b"a@example.com"), "a.txt"), "csrf_token": visitor.token()}
    answer = visitor.post("/auth/login", fields, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_a_body_without_a_length_is_refused(visitor):
    headers = {"Transfer-Encoding": "chunked", "X-CSRFToken": visitor.token()}
    answer = visitor.client.open(
        "/auth/login", method="POST", headers=headers, input_stream=io.BytesIO(b"email=a"),
    )  # fmt: skip
    assert answer.status_code == 411


@pytest.mark.parametrize("name", ["Accept", "User-Agent", "X-Anything"])
def test_it_refuses_a_huge_header(name, visitor):
    answer = visitor.get("/nowhere", headers={name: "text/html;q=0.1," * 10_000})
    assert answer.status_code == 431
    assert "Headers too long" in answer.text


def test_it_takes_headers_of_reasonable_size(visitor):
    headers = {"Accept": "text/html," * 700}
    assert visitor.get("/auth/login", headers=headers).status_code == 200
