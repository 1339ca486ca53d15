"""Whoever sends is killed between the answer and keeping it: the receiver has each once, by its id (invariant 10)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.notices import Receiver
from tests.fakes.server import served
from tests.kills import homes
from tests.notify.conftest import SECRET

pytestmark = pytest.mark.db
N, KILLS, STEP = 8, 2, timedelta(minutes=4)
"""Messages, deaths, and how far the clock is put on after each: a lease is three minutes."""

SETUP = """
import django; django.setup()
import sys
from datetime import timedelta
from treaty.jobs.clock import now
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify.models import Channel
from treaty.notify.sending import Carrier
from treaty.sealed import seal
"""
PUT = (
    SETUP
    + """
secrets = seal({"url": sys.argv[1], "secrets": [sys.argv[2]]})
channel = Channel.objects.create(name="x", transport="webhook", secrets=secrets, made_at=now())
outbox.put([Out("webhook", channel.key, f"test:{n}", body={"kind": "test"}) for n in range(int(sys.argv[3]))], at=now())
"""
)
SEND = SETUP + "Carrier(lambda: now() + timedelta(minutes=int(sys.argv[1]))).turn()"
STATES = SETUP + "print(sorted(Outgoing.objects.values_list('state', 'in_doubt')), *sorted(Outgoing.objects.values_list('key', flat=True)))"


def test_a_receiver_has_each_message_once_though_the_sender_was_killed(tmp_path):
    fake = Receiver(secrets=[SECRET])
    with homes.fresh(tmp_path / "home") as own, served(fake) as address:
        env = {**own, "TREATY_REACHABLE": "127.0.0.1"}
        assert homes.run(PUT, env, f"{address}/in", SECRET, str(N)).returncode == 0
        for death in range(KILLS + 1):
            fake.now = datetime.now(UTC) + death * STEP
            armed = {"TREATY_CRASH_AT": "notice-sent-before-it-is-said:3"} if death < KILLS else {}
            done = homes.run(SEND, {**env, **armed}, str(death * STEP.seconds // 60))
            assert done.returncode == (-9 if armed else 0), done.stderr
        states, _, keys = homes.run(STATES, env).stdout.partition("]")
    assert states.count("('sent', False)") == N, states
    assert set(fake.done) == set(keys.split())
    assert len(fake.calls) == N + KILLS, "what was in doubt came twice, under the same id"
