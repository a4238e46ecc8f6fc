"""IP addresses as they arrive: in different notations, and embedded in each other."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address

# The IPv6 form of an IPv4 address in an IPv6-only network (RFC 6052): the last 32 bits.
NAT64 = IPv6Network("64:ff9b::/96")


def parse_ip(text: str) -> IPAddress | None:
    """Return the address, or None if `text` is invalid.

    A zone ("fe80::1%eth0") is removed, because it is meaningful on one machine only, and may
    contain any text. An IPv4-mapped address, which a server that listens on [::] sees, is returned
    as IPv4.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def embedded_ipv4(address: IPAddress) -> IPv4Address | None:
    """Return the IPv4 address embedded in a 6to4, Teredo, or NAT64 address.

    Anyone who has it controls the whole IPv6 network, too; and all of IPv4 is one /64 of NAT64.
    """
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, to which nothing needs to be encrypted."""
    address = parse_ip(host)
    return address.is_loopback if address else host == "localhost"
