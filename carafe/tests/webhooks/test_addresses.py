"""URLs and addresses to which webhooks may go."""

from ipaddress import ip_address, ip_network

import pytest

from carafe.webhooks.addresses import (
    ForbiddenAddressError,
    InvalidURLError,
    is_public,
    may_connect,
    parse_url,
    resolve,
)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTPS://Example.ORG:443/Path?a=b&a=c ", "https://example.org/Path?a=b&a=c"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("https://bücher.example/ä".replace("ä", "%C3%A4"), "https://xn--bcher-kva.example/%C3%A4"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("https://example.org/a@b", "https://example.org/a@b"),
    ],
)
def test_it_normalizes_urls(text, expected):
    assert parse_url(text).url == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:password@example.org/",
        "https://@example.org/",
        "https://example.org\\@10.0.0.1/",
        "https://example.org/#part",
        "https://example.org:22/",
        "https://example.org:25/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://exam ple.org/",
        "https://example.org/a b",
        "https://example.org/%zz",
        "https://example.org/\r\nHost: x",
        "https://localhost/",
        "https://app.localhost/",
        "https://database/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        f"https://example.org/{'x' * 2000}",
    ],
)
def test_it_refuses_other_urls(text):
    with pytest.raises(InvalidURLError):
        parse_url(text)


def test_http_needs_a_setting(app, monkeypatch):
    monkeypatch.setitem(app.config, "WEBHOOK_HTTP", True)
    assert parse_url("http://example.org").url == "http://example.org/"


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_these_addresses_are_private(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_these_addresses_are_public(text):
    assert is_public(ip_address(text))


def test_a_setting_allows_networks(app, monkeypatch):
    monkeypatch.setitem(app.config, "WEBHOOK_PRIVATE_NETWORKS", [ip_network("10.1.0.0/16")])
    assert may_connect(ip_address("10.1.2.3"))
    assert not may_connect(ip_address("10.2.0.1"))
    assert parse_url("https://10.1.2.3/")


@pytest.mark.parametrize("host", ["2130706433.example", "name.example"])
def test_it_checks_what_a_name_resolves_to(monkeypatch, host):
    def answer(*addresses):
        infos = [(2, 1, 6, "", (address, 443)) for address in addresses]
        monkeypatch.setattr("socket.getaddrinfo", lambda *args, **options: infos)

    target = parse_url(f"https://{host}/")
    answer("127.0.0.1", "169.254.169.254")
    with pytest.raises(ForbiddenAddressError):
        resolve(target)
    answer("10.0.0.1", "8.8.8.8", "8.8.8.8")
    assert resolve(target) == ["8.8.8.8"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_odd_notations_of_private_addresses_lead_nowhere(host):
    """Some resolvers read them as 127.0.0.1."""
    with pytest.raises((InvalidURLError, OSError)):
        resolve(parse_url(f"https://{host}/"))
