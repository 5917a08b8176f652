"""Which host a URL names, in its one normal form, and which addresses are public."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

DEFAULT_PORTS = {"http": 80, "https": 443}

_AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@]+))(?::(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNICAST = ip_network("2000::/3")
# Counted as public by ipaddress (of one Python version or another): protocol assignments, relays and addresses that embed
# an IPv4 one (6to4, Teredo), documentation, the host agent inside Azure.
_SPECIAL_4 = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16")))
_SPECIAL_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def is_public(address: str) -> bool:
    """Say whether an IP address is public unicast, and no other in disguise (mapped, NAT64, 6to4, Teredo, scoped)."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return ip.scope_id is None and ip in _UNICAST and ip.is_global and not any(ip in net for net in _SPECIAL_6)
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _SPECIAL_4)


def endpoint(authority: str) -> tuple[str, int | None]:
    """Return (host, port) of `host`, `host:port` or `[IPv6]:port`, each host in its one normal form.

    Raises:
        ValueError: If it is anything else, such as an IPv4 address in another spelling than four decimal numbers.
    """
    found = _AUTHORITY.fullmatch(authority)
    port = int(found["port"]) if found and found["port"] else None
    if not found or (port is not None and not 0 < port < 65536):
        raise ValueError("no host, or no port")
    if found["six"]:
        return str(IPv6Address(found["six"])), port
    name = found["name"].lower()
    if not name.isascii():
        import httpx

        try:
            name = httpx.URL(scheme="http", host=name).raw_host.decode("ascii")
        except httpx.InvalidURL:
            raise ValueError("no name by the rules of IDNA") from None
    if not _NAME.fullmatch(name):
        raise ValueError("no host name")
    # Resolvers take 2130706433, 0x7f.1 and 127.1 for addresses: a name that ends in a number is one in full, or refused.
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        name = str(IPv4Address(name))
    return name, port


def bracketed(host: str) -> str:
    """Return a normal host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
