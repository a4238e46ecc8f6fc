"""Static files."""

import gzip
import hashlib
import re

import pytest

pytestmark = pytest.mark.any_database


def links(page: str) -> set[str]:
    return {url.split("#")[0] for url in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}


@pytest.fixture
def style(visitor):
    [url] = [url for url in links(visitor.get("/").text) if url.endswith(".css")]
    return url


def fetch(browser, url: str, **headers: str):
    answer = browser.get(url, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def test_it_names_files_by_their_content_and_for_ever(visitor, style):
    answer = fetch(visitor, style)
    digest = style.rsplit(".", 2)[1]
    assert hashlib.sha256(answer.data).hexdigest().startswith(digest)
    assert "immutable" in answer.headers["Cache-Control"]
    [seconds] = re.findall(r"max-age=(\d+)", answer.headers["Cache-Control"])
    assert int(seconds) >= 365 * 24 * 60 * 60
    assert answer.content_type.startswith("text/css")
    assert "Set-Cookie" not in answer.headers


def test_it_serves_what_was_compressed_to_who_can_read_it(visitor, style):
    plain = fetch(visitor, style)
    packed = fetch(visitor, style, **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data)
    assert gzip.decompress(packed.data) == plain.data


def test_a_stylesheet_has_what_it_imports(visitor, style):
    content = fetch(visitor, style).text
    assert "@import" not in content
    assert ".site-header" in content
    assert "/* ----" not in content
    [font] = set(re.findall(r'url\("(/[^"]+\.woff2)"\)', content))
    answer = fetch(visitor, font)
    assert answer.content_type == "font/woff2"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_script_has_what_it_imports(visitor):
    [script] = [url for url in links(visitor.get("/").text) if re.search(r"/app\.\w+\.js", url)]
    content = fetch(visitor, script).text
    assert "import " not in re.sub("//.*", "", content)
    assert "data-live-version" in content


def test_it_answers_head_and_conditions(visitor, style):
    head = visitor.client.head(style)
    assert (head.status_code, head.data) == (200, b"")
    modified = fetch(visitor, style).headers["Last-Modified"]
    assert fetch(visitor, style, **{"If-Modified-Since": modified}).status_code == 304
    assert visitor.post(style).status_code == 405


def test_it_serves_what_browsers_and_robots_ask_for(visitor):
    icon = fetch(visitor, "/favicon.ico")
    assert icon.status_code == 200
    assert icon.data[:4] == b"\0\0\1\0"
    robots = fetch(visitor, "/robots.txt")
    assert robots.status_code == 200
    assert "User-agent" in robots.text
    for answer in (icon, robots):
        assert "immutable" not in answer.headers["Cache-Control"]


OUTSIDE = [
    "/static/",
    "/static",
    "/static/carafe/",
    "/static/carafe/no-such-file.css",
    "/static/carafe/app.js",  # without its hash: nobody may keep it for ever
    "/static/../config.py",
    "/static/carafe/../../../config.py",
    "/static/carafe/%2e%2e/%2e%2e/__init__.py",
    "/static/carafe/..%2f..%2f__init__.py",
    "/static/carafe/..\\..\\__init__.py",
    "/static//etc/passwd",
    "/static/carafe/%00",
    "/static/carafe/templates/carafe/forms.html",
    "/robots.txt/../config.py",
]


def test_it_has_nothing_else_there(visitor):
    for path in OUTSIDE:
        answer = fetch(visitor, path)
        assert answer.status_code == 404, path
        assert "SECRET" not in answer.text
        assert 'class="site-header"' in answer.text


def test_it_serves_files_as_they_are_in_development(developer):
    client, page = developer.client, developer.get("/").text
    assert '"/static/carafe/app.js"' in page
    with client.get("/static/carafe/app.js") as answer:
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
    assert {url.split("/")[2] for url in links(page)} <= {"app", "carafe", "_debug_toolbar"}


def test_it_works_where_nothing_can_be_compressed(make_app, tmp_path):
    (tmp_path / "static").write_text("no folder")
    app = make_app(INSTANCE_PATH=str(tmp_path))
    url = app.jinja_env.filters["asset"]("carafe/app.js")
    with app.test_client().get(url, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert "immutable" not in answer.headers["Cache-Control"]


def test_a_start_builds_anew_what_has_changed(make_app, tmp_path):
    settings = {"INSTANCE_PATH": str(tmp_path)}
    style = make_app(**settings).jinja_env.filters["asset"]("carafe/carafe.css")
    built = tmp_path / style.lstrip("/")
    content = built.read_bytes()
    # An earlier start has built it.
    built.write_text("the same name, other content")
    assert make_app(**settings).jinja_env.filters["asset"]("carafe/carafe.css") == style
    assert built.read_text() == "the same name, other content"
    # Files were lost, or built from others.
    for path, text in ((tmp_path / "static" / "manifest.json", "no JSON"), (built, "lost")):
        path.write_text(text)
        built.with_name(built.name + ".gz").unlink()
        assert make_app(**settings).jinja_env.filters["asset"]("carafe/carafe.css") == style
        assert built.read_bytes() == content
