"""A channel that does not answer is left alone for a while; nobody waits for it meanwhile, and nothing of it is lost."""

import httpx2
import pytest

from tests.conftest import NOON
from tests.fakes.notices import FakeTeams
from tests.fakes.server import Transport
from tests.notify.conftest import Clock, teams, webhook
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify.sending import SILENT, Carrier
from treaty.outward import Outward

pytestmark = [pytest.mark.django_db, pytest.mark.db]


class OneIsSilent(httpx2.BaseTransport):
    """The program of a webhook takes every call and answers none; Teams answers."""

    def __init__(self, fake: FakeTeams) -> None:
        self._teams, self.asked = Transport(fake), 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "program.example":
            self.asked += 1
            raise httpx2.ReadTimeout("no answer came", request=request)
        return self._teams.handle_request(request)


def put(channel, n: int) -> None:
    outs = [Out(channel.transport, channel.key, f"won:{number}", body={"kind": "test"}) for number in range(n)]
    outbox.put(outs, at=NOON)


def test_without_leaving_it_alone_each_message_would_be_waited_for(world, clock: Clock):
    silent = webhook()
    put(silent, 4)
    house = OneIsSilent(FakeTeams())
    sends = Carrier(clock, Outward(house), pause=clock.pause, tick=clock.seconds)
    sends._silent = _Forgets()
    sends.turn()
    assert house.asked == 4


class _Forgets(dict):
    """Nobody is noted to be silent."""

    def __setitem__(self, key, value):
        pass


def test_the_others_need_not_wait_for_it(world, clock: Clock):
    """Of four messages one is tried; each would be waited for half a minute, while the rest of all channels waits."""
    silent, fake = webhook(), FakeTeams()
    put(silent, 4)
    put(teams(), 1)
    house = OneIsSilent(fake)
    sends = Carrier(clock, Outward(house), pause=clock.pause, tick=clock.seconds)
    sends.turn()
    assert (house.asked, len(fake.cards)) == (1, 1)
    clock.go(seconds=10)
    put(silent, 5)
    sends.turn()
    assert house.asked == 1, "not even asked"
    clock.go(seconds=SILENT.total_seconds())
    sends.turn()
    assert house.asked == 2
    rows = Outgoing.objects.filter(to=silent.key)
    assert set(rows.values_list("state", flat=True)) == {"waiting"}
    assert rows.filter(in_doubt=True).count() >= 1, "what was sent without an answer may have come through"
    assert rows.filter(attempts__gt=0, in_doubt=False, rests__gt=0).exists(), "what was not sent is no attempt of its own"
