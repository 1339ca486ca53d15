"""From when until when a version holds: only forward, never two at once, on the day both sides agreed on."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, NEW_YEAR, PHRASE, parties
from treaty.agreement import actions, remarks
from treaty.agreement.models import InForce, Remark
from treaty.agreement.queries import State, in_force, latest, state_of

MOMENT = timedelta(microseconds=1)


def on(day):
    return EXAMPLE.replace("effective: 2026-01-01", f"effective: {day}")


def berlin(day):
    """Midnight in Berlin, in winter an hour before UTC's."""
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") - HOUR


@pytest.mark.db
@pytest.mark.django_db
def test_it_holds_from_midnight_in_its_own_zone():
    version = parties().in_force()
    assert (in_force(NEW_YEAR - MOMENT), in_force(NEW_YEAR).version) == (None, version)
    assert [state_of(version, at=at) for at in (BEGAN + DAY, NEW_YEAR)] == [State.UPCOMING, State.IN_FORCE]


@pytest.mark.db
@pytest.mark.django_db
def test_it_never_holds_before_the_last_signature():
    """Its day was 1 January; sales signed on the 10th at 13:00, marketing an hour later."""
    people = parties()
    signed_at = datetime(2026, 1, 10, 12, tzinfo=UTC)
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    people.both_sign(version, at=signed_at)
    assert version.in_force.starts_at == signed_at + HOUR


@pytest.mark.db
@pytest.mark.django_db
def test_an_amendment_during_the_lock_takes_both_sides_and_a_reason_and_follows_without_a_gap():
    people = parties()
    first = people.in_force()
    assert "locked_until: 2026-06-30" in first.text
    second = people.in_force(on("2026-03-01"), at=BEGAN + DAY, reason="The pilot was clear.")
    spring = berlin("2026-03-01")
    assert [(row.starts_at, row.ends_at) for row in InForce.objects.order_by("pk")] == [(NEW_YEAR, spring), (spring, None)]
    assert [in_force(at).version for at in (spring - MOMENT, spring)] == [first, second]
    assert [state_of(one, at=spring) for one in (first, second)] == [State.ENDED, State.IN_FORCE]


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2026-03-01", "2026-02-15"], ids=["on its day", "sooner"])
def test_what_is_replaced_before_its_day_never_holds(day):
    people = parties()
    first = people.in_force()
    second = people.in_force(on("2026-03-01"), at=BEGAN + DAY, reason="Spring.")
    third = people.in_force(on(day).replace("85%", "90%"), at=BEGAN + 2 * DAY, reason="Nine of ten.")
    starts = berlin(day)
    assert [in_force(at).version for at in (starts - MOMENT, starts, starts + 60 * DAY)] == [first, third, third]
    assert (state_of(second, at=starts), latest()) == (State.NEVER, third)


@pytest.mark.django_db
def test_it_cannot_end_before_it_begins():
    version = parties().in_force()
    with pytest.raises(IntegrityError, match="in_force_forward"):
        InForce.objects.filter(version=version).update(ends_at=NEW_YEAR - MOMENT)


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_of_two_last_signatures_at_once_each_counts_and_one_completes_it():
    people = parties()
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    both(
        lambda member: actions.sign(version, by=member, passphrase=PHRASE, at=BEGAN + HOUR),
        people.mira,
        people.sam,
    )
    assert InForce.objects.filter(version=version, ends_at=None).count() == 1


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_of_a_question_and_the_last_signature_at_once_only_one_counts():
    """Never both: no version is in force about which something is still asked."""
    people = parties()
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    actions.sign(version, by=people.sam, passphrase=PHRASE, at=BEGAN + HOUR)

    def ask():
        try:
            remarks.remark(version, "", "Why now?", by=people.sam, at=BEGAN + 2 * HOUR, is_question=True)
        except remarks.NotRemarked:
            return "too late"
        return "asked"

    def sign():
        try:
            actions.sign(version, by=people.mira, passphrase=PHRASE, at=BEGAN + 2 * HOUR)
        except actions.NotSignable:
            return "held back"
        return "signed"

    assert both(lambda act: act(), ask, sign) in (["asked", "held back"], ["too late", "signed"])
    assert InForce.objects.filter(version=version).exists() is not Remark.objects.exists()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_writers_cannot_put_two_versions_in_force():
    """Each looks, sees none open, writes. The table refuses the second; a twin without the constraint takes both."""
    people = parties()
    versions = [actions.propose(on(f"2026-0{n}-01"), by=people.mira, at=BEGAN, given=GIVEN) for n in (1, 2)]
    assert sorted(both(lambda v: write("agreement_inforce", v), *versions)) == ["refused", "written"]
    with connection.cursor() as cursor:
        cursor.execute("create table in_force_twin as select * from agreement_inforce where 1 = 0")
    try:
        assert both(lambda v: write("in_force_twin", v), *versions) == ["written", "written"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop table in_force_twin")


GATE = threading.Barrier(2, timeout=20)


def write(table, version):
    """The rule in the naive way: look whether one is open, then write."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where ends_at is null")
        assert cursor.fetchone() == (0,)
        GATE.wait()
        try:
            values = [version.pk, version.pk, "everyone", 1]
            cursor.execute(f"insert into {table} (id, version_id, applies_to, starts_at) values (%s, %s, %s, %s)", values)
        except IntegrityError:
            return "refused"
    return "written"


def patiently(act, one):
    """SQLite in memory, as tests have it, refuses at once where a file would wait its turn."""
    for _ in range(200):
        try:
            return act(one)
        except OperationalError as busy:
            if "locked" not in str(busy):
                raise
            time.sleep(0.02)
    raise AssertionError("the table stayed locked")


def both(act, *each):
    """Run for each at the same time, in threads; what came of it, in order."""
    found = {}

    def run(place, one):
        try:
            found[place] = patiently(act, one)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(each)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [found[place] for place in sorted(found)]
