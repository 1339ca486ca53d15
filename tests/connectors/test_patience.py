"""Who looks at an empty page is not kept waiting: all calls made for a page have an end together."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.connectors.waits import Waits, instead_of_time
from treaty.connectors.calling import OF_A_PAGE, OF_A_ROUND, Caller, Patience, TooSlow
from treaty.connectors.connections import CannotConnect, connect
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.connectors.vendors.talk import Busy, Talk
from treaty.moments import from_us
from treaty.outward import Call, NoAnswer, Outward

Says = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = instead_of_time(monkeypatch)
    for module in ("treaty.connectors.calling", "treaty.outward", "tenacity.nap"):
        monkeypatch.setattr(f"{module}.time", waits)
    return waits


def of(says: Says, patience: Patience) -> Caller:
    outward = Outward(httpx2.MockTransport(says))
    return Caller(HubSpot(), {"token": "t"}, "https://api.hubapi.com", lambda: from_us(0), patience, outward)


def read(pages: int) -> Talk[int]:
    for number in range(pages):
        yield Call("GET", f"/crm/{number}")
    return pages


def slow(time: Waits, seconds: float) -> Says:
    def says(request: httpx2.Request) -> httpx2.Response:
        time.sleep(seconds)
        return httpx2.Response(200, json={})

    return says


def test_many_slow_answers_end_together(time: Waits) -> None:
    """Of eight seconds each: the third begins after 16 of the 20 and would end after 24. Beside the worker all ten are waited for."""
    caller = of(slow(time, 8), OF_A_PAGE)
    with pytest.raises(TooSlow, match="HubSpot needed longer than the 20 seconds"):
        caller.run(read(10))
    assert caller.sent == 3
    assert of(slow(time, 8), OF_A_ROUND).run(read(10)) == 10


def test_a_wait_that_would_be_too_long_is_not_begun(time: Waits) -> None:
    for patience, ends in ((OF_A_PAGE, 0.1), (OF_A_ROUND, 90.0)):
        caller, began = of(slow(time, 0), patience), time.now
        caller.hold(90)
        try:
            caller.run(read(1))
        except TooSlow:
            assert caller.sent == 0
        assert time.now - began == pytest.approx(ends, abs=0.1)
        time.now += 90


def test_a_system_that_asks_for_longer_is_not_waited_for(time: Waits) -> None:
    def says(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(429, json={"message": "slower"}, headers={"retry-after": "60"})

    caller, began = of(says, OF_A_PAGE), time.now
    with pytest.raises(Busy):
        caller.run(read(1))
    assert caller.sent == 1
    assert time.now - began < 1


def test_a_call_without_an_answer_is_tried_twice_for_a_page(time: Waits) -> None:
    def says(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    caller = of(says, OF_A_PAGE)
    with pytest.raises(NoAnswer, match="refused"):
        caller.run(read(1))
    assert caller.sent == 2


class Drops(httpx2.SyncByteStream):
    """A body that comes in drops, each within the time one may take."""

    def __init__(self, time: Waits) -> None:
        self._time = time

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self._time.sleep(5)
            yield b" "


def test_an_answer_that_comes_in_drops_ends_too(time: Waits) -> None:
    caller, began = of(lambda request: httpx2.Response(200, stream=Drops(time)), OF_A_PAGE), time.now
    with pytest.raises(TooSlow):
        caller.run(read(1))
    assert time.now - began == pytest.approx(20, abs=0.1), "four drops of five seconds; without an end it would be a thousand"
    assert caller.sent == 1


@pytest.mark.django_db
def test_who_connects_a_slow_system_is_told_the_way_out(time: Waits) -> None:
    with pytest.raises(CannotConnect, match=r"20 seconds.*or with `treaty connect`, which waits longer"):
        connect(
            "Ours", "hubspot", {"token": "t"}, clock=lambda: from_us(0), patience=OF_A_PAGE,
            outward=Outward(httpx2.MockTransport(slow(time, 21))),
        )  # fmt: skip


def test_what_ends_what_was_begun_goes_before_a_quota_that_is_nearly_used_up(time: Waits) -> None:
    """The system said in between that little is left: the write whose record was read is carried out, the next one waits."""
    caller = of(slow(time, 0), OF_A_ROUND)
    caller.hold(3600)
    with pytest.raises(Busy, match="left alone for 60 minutes"):
        caller.run(read(1))
    began = time.now
    assert caller.run(read(2), goes_on=True) == 2
    assert time.now - began < 1
    with pytest.raises(Busy):
        caller.run(read(1))


def test_what_goes_on_keeps_to_the_calls_of_a_window_all_the_same(time: Waits) -> None:
    """HubSpot takes 90 calls in 10 seconds: the 91st is sent when the first is 10 seconds old."""
    caller, began = of(slow(time, 0), OF_A_ROUND), time.now
    assert caller.run(read(91), goes_on=True) == 91
    assert 10 <= time.now - began < 11
