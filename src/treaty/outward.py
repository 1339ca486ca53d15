"""Calls to the outside. A place that a person typed is never a way into the house.

Each host is looked up once, every address it has must be one of the open internet, and the call goes to an address that
was looked at, not to the name again (a name may answer differently the second time). No redirect is followed, no proxy
or password of the environment is used, an answer has a largest size and a longest time. Source: reliability facts T8.
"""

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
import msgspec

from treaty.config import config

CONNECT, READ, LEAST = 10.0, 30.0, 0.01
"""Seconds to reach a host, to wait for its next bytes, and the shortest a call may be given."""
MOST_BYTES = 64 * 1024 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Lookup = Callable[[str, int], list[str]]


class NotReachable(ValueError):
    """A place we do not call, and why."""


class NoAnswer(Exception):
    """The call came to nothing, or to something unreadable: whether the other side did what it said is not known."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. form: sent as fields of a form; json: sent as JSON; neither: no body unless `content` is given."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. headers: by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises NoAnswer when it is none, such as a page of a proxy."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError as fault:
            raise NoAnswer(f"the answer is not JSON ({fault}), it begins with {self.body[:40]!r}") from None


class Outward:
    """A client for calls to the outside; connections are kept open between calls.

    transport: takes the calls instead of the network, for tests
    """

    def __init__(self, transport: httpx2.BaseTransport | None = None) -> None:
        self._client = httpx2.Client(transport=transport or Guarded(), follow_redirects=False, trust_env=False)

    def send(self, call: Call, *, within: float = math.inf) -> Answer:
        """Raises NotReachable for a place we do not call, NoAnswer when nothing usable came back.

        within: seconds for all of it. A quarter is for reaching the host, the rest for the first bytes; from then on the whole is
        looked at with each part that comes, so an answer that stops in its middle takes three quarters longer at most.
        """
        until, within = time.monotonic() + within, max(within, LEAST)
        timeout = httpx2.Timeout(min(READ, within * 3 / 4), connect=min(CONNECT, within / 4))
        body: dict[str, Any] = {"json": call.json} if call.json is not None else {}
        body |= {"data": dict(call.form)} if call.form is not None else {}
        body |= {"content": call.content} if call.content is not None else {}
        try:
            with self._client.stream(
                call.method, call.url, params=dict(call.query) or None, headers=dict(call.headers), timeout=timeout, **body
            ) as came:
                read = _read(came.iter_bytes(), until)
                return Answer(came.status_code, {name.lower(): value for name, value in came.headers.items()}, read)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as fault:
            raise NotReachable(f"{call.url[:200]!r} is not an address that can be called ({fault})") from None
        except UnicodeEncodeError as fault:
            raise NotReachable(
                f"a header of the call has letters that none can carry ({fault.reason}): enter the credentials anew"
            ) from None
        except httpx2.HTTPError as fault:
            raise NoAnswer(f"{type(fault).__name__}: {fault}"[:300]) from None

    def close(self) -> None:
        self._client.close()


def _read(parts: Iterable[bytes], until: float) -> bytes:
    """The whole body, unpacked; its size is looked at while it comes, so a small packed one cannot fill the memory, and so is the time."""
    read = bytearray()
    for part in parts:
        read += part
        if len(read) > MOST_BYTES:
            raise NoAnswer(f"the answer is larger than {MOST_BYTES // 1024 // 1024} MB")
        if time.monotonic() > until:
            raise NoAnswer("the answer came too slowly")
    return bytes(read)


def look_up(host: str, port: int) -> list[str]:
    """Every address of a host. Raises OSError when it has none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed, read once: it takes longer than most calls."""
    return httpx2.create_ssl_context(trust_env=False)


class Guarded(httpx2.BaseTransport):
    """The network, but for places within the house.

    The certificate is checked against the name, although the address is called.
    """

    def __init__(self, look_up: Lookup = look_up) -> None:
        self._look_up = look_up
        self._network = httpx2.HTTPTransport(verify=_trusted(), trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        address = permitted(host, request.url.port or 443, scheme=request.url.scheme, look_up=self._look_up)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)  # the header Host was made of the name and stays
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


def permitted(host: str, port: int, *, scheme: str = "https", look_up: Lookup = look_up) -> str:
    """An address of the host that may be called. Raises NotReachable, naming the host and the way out.

    A name that has an address within the house beside one of the internet is not called at all. Without encryption only
    what was named reachable is called.
    """
    try:
        found = look_up(host, port)
    except OSError as fault:
        raise NotReachable(f"{host[:200]} has no address ({fault.strerror or fault}): check how it is written") from None
    named = [text for text in found if _is_named(host, text)]
    inside = [text for text in found if text not in named and not _is_open(text)]
    if inside or not found:
        where = ", ".join(inside) or "no address"
        raise NotReachable(f"{host[:200]} is within the house ({where}): name it in TREATY_REACHABLE if it may be called")
    if scheme != "https" and not (scheme == "http" and named == found):
        raise NotReachable(f"{host[:200]} would be called by {scheme}: write https, or name it in TREATY_REACHABLE")
    return found[0]


def _is_open(text: str) -> bool:
    """An address of the open internet; one that carries another within it is what it carries."""
    address = _address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            address = inner
        elif address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _is_named(host: str, address: str) -> bool:
    """The one who runs the machine said that this may be called: the host by its name, or the network of its address."""
    names, networks = _reachable(config().reachable)
    return host.lower() in names or any(_address(address) in network for network in networks)


def is_named(host: str) -> bool:
    """The one who runs the machine named this host, or the network of this address, as reachable."""
    try:
        return _is_named(host, str(_address(host)))
    except ValueError:
        return host.lower() in _reachable(config().reachable)[0]


def _address(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


@cache
def _reachable(text: str) -> tuple[frozenset[str], tuple[Network, ...]]:
    names, networks = set(), []
    for part in (part.strip().lower() for part in text.split(",") if part.strip()):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            names.add(part)
    return frozenset(names), tuple(networks)
