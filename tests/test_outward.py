"""No address that a person types is a way into the house (T8)."""

import gzip
import socket

import httpx2
import pytest

from tests.fakes.server import Asked, Fake, Reply, served
from treaty.config import config
from treaty.outward import MOST_BYTES, Call, Guarded, NoAnswer, NotReachable, Outward, permitted

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1",
    "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip
OPEN = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def of(*addresses: str):
    return lambda host, port: list(addresses)


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "reachable", "")


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_within_the_house_is_not_called(address: str) -> None:
    with pytest.raises(NotReachable, match="within the house"):
        permitted("crm.example", 443, look_up=of(address))


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is(address: str) -> None:
    assert permitted("crm.example", 443, look_up=of(address)) == address


def test_one_address_within_is_enough_to_call_none() -> None:
    with pytest.raises(NotReachable, match=r"10\.0\.0\.1"):
        permitted("crm.example", 443, look_up=of("8.8.8.8", "10.0.0.1"))


def test_without_encryption_only_what_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotReachable, match="write https"):
        permitted("crm.example", 80, scheme="http", look_up=of("8.8.8.8"))
    monkeypatch.setattr(config(), "reachable", "crm.example, 10.1.0.0/16")
    assert permitted("crm.example", 80, scheme="http", look_up=of("8.8.8.8")) == "8.8.8.8"
    assert permitted("inside.example", 80, scheme="http", look_up=of("10.1.2.3")) == "10.1.2.3"
    with pytest.raises(NotReachable, match="within the house"):
        permitted("inside.example", 443, look_up=of("10.2.2.3"))


def test_a_name_that_answers_differently_the_second_time_is_called_at_its_first_address() -> None:
    """The address that was looked at is the one that is called: there is no second look-up to lie to."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    guarded = Guarded(look_up)
    seen: list[httpx2.Request] = []
    guarded._network = httpx2.MockTransport(lambda request: seen.append(request) or httpx2.Response(200, json={}))  # type: ignore[assignment,func-returns-value]
    Outward(guarded).send(Call("GET", "https://crm.example/a"))
    assert asked == ["crm.example"]
    assert (seen[0].url.host, seen[0].headers["host"], seen[0].extensions["sni_hostname"]) == ("8.8.8.8", "crm.example", "crm.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/", "https://localhost/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/",
        "file:///etc/passwd", "gopher://x/", "https:///", "https://user@127.0.0.1/",
    ],
)  # fmt: skip
def test_other_ways_to_write_the_inside(url: str) -> None:
    with pytest.raises(NotReachable):
        Outward().send(Call("GET", url))


class Says(Fake):
    routes = (("GET", "/away", "away"), ("GET", "/bomb", "bomb"), ("GET", "/fine", "fine"))

    def away(self, asked: Asked) -> Reply:
        return Reply(302, {}, {"location": "http://169.254.169.254/latest/meta-data"})

    def bomb(self, asked: Asked) -> Reply:
        return Reply(200, raw=gzip.compress(bytes(MOST_BYTES + 1), 1), headers={"content-encoding": "gzip"})

    def fine(self, asked: Asked) -> Reply:
        return Reply(200, {"host": asked.headers["host"]})


def test_answers_are_bounded_and_nobody_is_sent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "reachable", "127.0.0.0/8")
    with served(Says()) as address:
        outward = Outward()
        assert outward.send(Call("GET", f"{address}/fine")).json() == {"host": address.removeprefix("http://")}
        assert outward.send(Call("GET", f"{address}/away")).status == 302
        with pytest.raises(NoAnswer, match="larger than 64 MB"):
            outward.send(Call("GET", f"{address}/bomb"))
        outward.close()


def test_a_host_without_an_address_is_said_to_have_none() -> None:
    def look_up(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotReachable, match=r"crm\.exmaple has no address"):
        permitted("crm.exmaple", 443, look_up=look_up)


def test_credentials_that_no_header_can_carry_are_said_so_and_not_sent() -> None:
    outward = Outward(httpx2.MockTransport(lambda request: pytest.fail("it was sent")))
    with pytest.raises(NotReachable, match="enter the credentials anew"):
        outward.send(Call("GET", "https://crm.example/", headers={"authorization": "Bearer schlüssel"}))
