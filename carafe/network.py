"""IP addresses as they arrive: in several spellings, and one inside another."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address

# What a network of IPv6 alone writes for an IPv4 address (RFC 6052): the last 32 bits hold it.
NAT64 = IPv6Network("64:ff9b::/96")


def parse_ip(text: str) -> IPAddress | None:
    """Return the address, or None if `text` is none.

    A zone ("fe80::1%eth0") is dropped: it means something on one machine only, and may hold any
    text. An IPv4-mapped address, which a server that listens on [::] sees, is the IPv4 address.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def embedded_ipv4(address: IPAddress) -> IPv4Address | None:
    """Return the IPv4 address from which an address of 6to4, Teredo, or NAT64 is made.

    Anyone who has it has the whole IPv6 network as well; and all of IPv4 is one /64 of NAT64.
    """
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


def is_loopback(host: str) -> bool:
    """Return whether a host is this very machine, to which nothing needs to be encrypted."""
    address = parse_ip(host)
    return address.is_loopback if address else host == "localhost"
