"""Which addresses may be called (F22): a name is resolved once, every address it has is looked at, and one of them is called."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

from phakdi.platform.webhooks.core import Address

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

_DENIED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays to IPv6
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "64:ff9b::/96",  # these six carry or become addresses of IPv4
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "::/96",
        "::ffff:0:0/96",
        "fec0::/10",
        "ff00::/8",
    )
)


class AddressRefused(Exception):
    """The name leads, or leads also, to an address inside somebody's network."""


class Unresolved(Exception):
    """The name leads nowhere."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address that the system knows for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(host) from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def addresses_to_call(address: Address, *, resolver: Resolver = resolve) -> Sequence[str]:
    """Return the IP addresses by which an endpoint may be reached.

    Raises:
        Unresolved: its name leads nowhere.
        AddressRefused: one of its addresses is not a public one, and nobody vouched for the endpoint.
    """
    found = resolver(address.host, address.port)
    if not found:
        raise Unresolved(address.host)
    if not address.is_trusted and not all(is_public(each) for each in found):
        raise AddressRefused(address.host)
    return found


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the open internet."""
    try:
        address: IpAddress = ipaddress.ip_address(text)
    except ValueError:  # with a zone, or none at all
        return False
    if any(address in network for network in _DENIED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
