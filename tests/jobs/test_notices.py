"""Notices are sent beside the worker, by one process, as long as there is a channel."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.jobs.children import begun_beside
from treaty import locks
from treaty.jobs import health, notices
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(monkeypatch, tmp_path):
    yield from begun_beside(notices, monkeypatch, tmp_path)


@pytest.fixture
def channel() -> Channel:
    return Channel.objects.create(name="#deals", transport="slack", made_at=NOON)


def test_without_a_channel_nothing_runs(begun) -> None:
    assert notices.begin_missing() == 0


def test_one_process_sends_for_all_channels_and_is_begun_again_when_it_died(begun, channel) -> None:
    Channel.objects.create(name="Deals", transport="teams", made_at=NOON)
    assert notices.begin_missing() == 1
    assert begun[0][0] == ("treaty.jobs.reading", "notices", "all")
    assert notices.begin_missing() == 0, "it lives"
    begun[0][1].ended = -9
    assert notices.begin_missing() == 1, "it died"


def test_what_another_process_sends_is_left_to_it(begun, channel) -> None:
    with locks.take(notices.lock_of()):
        assert notices.begin_missing() == 0


class Carrier:
    """Has something to do three times, then asks Slack twice, then the channel is switched off."""

    def __init__(self) -> None:
        self.turns, self.asked = 0, 0

    def turn(self) -> int:
        self.turns += 1
        return int(self.turns <= 3)

    def learn_slack_users(self) -> bool:
        self.asked += 1
        return self.asked < 2


def test_it_rests_when_nothing_is_due_and_ends_with_the_last_channel(begun, channel) -> None:
    carrier, rests = Carrier(), []

    def sleep(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 4:
            Channel.objects.update(is_active=False)

    notices.tend(lambda: NOON, sleep, carrier)
    assert (carrier.turns, carrier.asked, len(rests)) == (7, 2, 4)


def test_the_doctor_says_what_died_and_that_nobody_sends(channel) -> None:
    outbox.put([Out("slack", channel.key, f"test:{n}", body={"kind": "test"}) for n in range(3)], at=NOON)
    Outgoing.objects.filter(dedup_key="test:0").update(state="dead")
    said = "1 message could not be delivered by #deals: Settings → Channels → #deals says why, and tries again"
    assert [says for _, says in health.notices(NOON)] == [said]
    late = [says for _, says in health.notices(NOON + timedelta(minutes=11))]
    assert late[1].startswith("2 notices should have gone 10 minutes ago")
