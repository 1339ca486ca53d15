"""Many writers at once: whatever they do to the same leads, each has exactly one owner, and no turn is lost or taken twice.

Real processes, each with a connection of its own, go through the same leads in the same order at the same time.
"""

import json
import os
from collections import Counter

import pytest

from tests.conftest import ROOT
from tests.kills import homes

pytestmark = pytest.mark.db
WRITERS, LEADS, REPS = 4, 4, 4
FALLBACK = "sam.okafor@halden.example"

BEGIN = """
import django; django.setup()
import json, sys
from datetime import UTC, datetime, timedelta
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from treaty.handoff import actions
from treaty.handoff.models import Handoff, Seat
from treaty.team.models import Member, Role
from treaty.truth.models import Assignment, Lead
now = lambda: datetime.now(UTC)
"""
SETUP = (
    BEGIN
    + """
from tests.world import HALDEN, SIGNED_AT, PEOPLE, build
leads, reps, room, handed = (int(word) for word in sys.argv[1:])
emails = [f"rep{n}@halden.example" for n in range(reps)]
old = "{members: [sol.meyer@halden.example, sam.okafor@halden.example, kim.dale@halden.example]}"
text = HALDEN.replace(old, "{members: [" + ", ".join(emails) + "]}").replace(
    "    - {rule: pool, pool: dach-reps, segment: dach, pick: round_robin, weight: capacity}\\n", "")
assert emails[0] in text and "segment: dach, pick" not in text
world = build(text)
for email in emails:
    Member.objects.create(email=email, name=email, role=Role.SALES_REP, joined_at=SIGNED_AT, zone="Europe/Berlin", country="DE",
                          password="!", max_open=room or None)
for n in range(leads):
    lead = world.qualified(now() - timedelta(minutes=5), f"ada{n}@acme.example")
    if handed:
        actions.hand_over(lead, at=now())
"""
)
READY = """
leads = list(Lead.objects.order_by("id"))
print("ready", flush=True)
sys.stdin.readline()
"""
ROUTE = READY + "for lead in leads: actions.hand_over(lead, at=now())"
ROUTE_BACKWARDS = READY + "for lead in reversed(leads): actions.hand_over(lead, at=now())"
CHASE = (
    READY
    + """
for lead in leads:
    handoff = actions.hand_over(lead, at=now())
    for _ in range(int(sys.argv[1])):
        handoff = actions.reroute(handoff, at=now(), reason="the time ran out")
"""
)
CHASE_HANDED = CHASE.replace("actions.hand_over(lead, at=now())", "Handoff.objects.filter(lead=lead).first()")
GIVE = (
    READY
    + """
from treaty.handoff.giving import give
sam = Member.objects.get(email="sam.okafor@halden.example")
for lead in leads:
    handoff = Handoff.objects.select_related("owner").filter(lead=lead, ended_at=None).first()
    try:
        handoff and give(handoff, sam, by=sam, at=now(), reason="I know them")
    except actions.NotForHandoff:
        pass
"""
)
ANSWER = (
    READY
    + """
from treaty.feedback.actions import AlreadyDecided, accept, reject
for n, lead in enumerate(leads):
    handoff = Handoff.objects.select_related("owner", "lead", "version").filter(lead=lead, ended_at=None).first()
    try:
        if handoff and n % 2:
            accept(handoff, by=handoff.owner, at=now())
        elif handoff:
            reject(handoff, "no_budget", by=handoff.owner, at=now())
    except (actions.NotForHandoff, AlreadyDecided):
        pass
"""
)
UNGUARDED = """
atomic = QuerySet.select_for_update
QuerySet.select_for_update = lambda rows, **words: atomic(rows, **words) if connection.in_atomic_block else rows
actions._hand_over, actions._reroute = actions._hand_over.__wrapped__, actions._reroute.__wrapped__
"""
DROP = """
with connection.cursor() as cursor:
    for name in ("one_owner_per_lead", "one_open_handoff_per_lead", "one_turn_each"):
        cursor.execute(f"drop index {name}")
"""
REPORT = (
    BEGIN
    + """
from treaty.agreement.queries import signed_of
from treaty.handoff.queries import turns
from treaty.journal.models import Entry
from treaty.truth.models import Lead

def of(lead):
    ledger = list(Assignment.objects.filter(lead=lead).order_by("id"))
    handoffs = list(Handoff.objects.filter(lead=lead).order_by("id"))
    return {
        "owner": lead.owner.email,
        "stage": lead.stage,
        "assigned": [row.owner.email for row in ledger if row.ends_at is None],
        "handed": [row.owner.email for row in handoffs if row.ended_at is None],
        "had": [row.owner.email for row in handoffs],
        "gaps": sum(before.ends_at != after.starts_at for before, after in zip(ledger, ledger[1:])),
    }

pool = list(Assignment.objects.filter(pool="all-reps").order_by("turn"))
terms = signed_of(Lead.objects.first().version).terms
told = [(e.verb, e.subject_key) for e in Entry.objects.order_by("seq")]
print(json.dumps({
    "leads": [of(lead) for lead in Lead.objects.select_related("owner").order_by("id")],
    "turns": [[row.turn, row.owner.email, {c["email"]: c["taken"] for c in row.ledger["candidates"]}] for row in pool],
    "again": [turn.agrees for turn in turns(terms, most=10_000)],
    "seats": dict(Seat.objects.filter(pool="all-reps").values_list("member__email", "taken")),
    "seqs": list(Entry.objects.order_by("seq").values_list("seq", flat=True)),
    "made": [key for verb, key in told if verb == "handoff.made"],
    "moved": [key for verb, key in told if verb == "handoff.moved"],
    "answered_after_they_were_moved": Handoff.objects.filter(ended_how="moved", dispositions__isnull=False).count(),
    "handoffs": [str(key) for key in Handoff.objects.order_by("id").values_list("key", flat=True)],
}))
"""
)


@pytest.fixture
def env(tmp_path):
    with homes.fresh(tmp_path / "home") as env:
        yield env | {"PYTHONPATH": os.pathsep.join([env.get("PYTHONPATH", ""), str(ROOT)]).strip(os.pathsep)}


def done(code, env, *args):
    ended = homes.run(code, env, *args)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def race(env, codes, *args):
    """Start one process for each code, let them all go at the same moment; what is there when the last has ended."""
    racers = [homes.start(BEGIN + code, env, *args) for code in codes]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n", racer.stderr.read()
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        _, errors = racer.communicate(timeout=60)
        assert racer.returncode == 0, errors
    return json.loads(done(REPORT, env))


def owners(lead):
    """Whom the ledger, the handoff and the lead itself name; one name if all is well."""
    return {lead["owner"], *lead["assigned"], *lead["handed"]}


def has_one_owner(lead):
    return len(lead["assigned"]) == len(lead["handed"]) == len(owners(lead)) == 1


def check_turns(seen):
    """Numbered without gap or double; each decided on the turns before it, and on no others."""
    taken = dict.fromkeys(seen["seats"], 0)
    for expected, (turn, owner, believed) in enumerate(seen["turns"], start=1):
        assert (turn, believed) == (expected, taken)
        taken[owner] += 1
    assert taken == seen["seats"]
    assert all(seen["again"])
    assert len(seen["again"]) == len(seen["turns"])


def check_journal(seen):
    """Every handoff said once when made, once when moved; no number missing."""
    assert seen["seqs"] == list(range(1, len(seen["seqs"]) + 1))
    assert sorted(seen["made"]) == sorted(seen["handoffs"])
    assert len(seen["moved"]) == len(set(seen["moved"]))


def test_many_writers_leave_each_lead_with_exactly_one_owner(env):
    """Each lead goes once round the four reps and stays with the fallback: 5 handoffs, 4 of them moved, whoever did it."""
    done(SETUP, env, str(LEADS), str(REPS), "0", "0")
    seen = race(env, [CHASE] * WRITERS, str(REPS + 2))
    everybody = [*(f"rep{n}@halden.example" for n in range(REPS)), FALLBACK]
    for lead in seen["leads"]:
        assert has_one_owner(lead), lead
        assert (sorted(lead["had"]), lead["owner"], lead["gaps"]) == (everybody, FALLBACK, 0)
    assert len(seen["turns"]) == LEADS * REPS
    check_turns(seen)
    check_journal(seen)
    assert len(seen["moved"]) == LEADS * REPS


def test_an_answer_and_a_re_route_at_once_leave_one_of_the_two(env):
    """A lead that was rejected is with marketing and with nobody in sales; every other is with one rep, who alone was answered for."""
    done(SETUP, env, str(LEADS), str(REPS), "0", "1")
    seen = race(env, [CHASE_HANDED, CHASE_HANDED, ANSWER, GIVE], str(REPS))
    for lead in seen["leads"]:
        if lead["stage"] == "recycled":
            assert (lead["handed"], owners(lead)) == ([], {"mira.lang@halden.example"}), lead
        else:
            assert has_one_owner(lead), lead
        assert lead["gaps"] == 0
    check_turns(seen)
    check_journal(seen)
    assert seen["answered_after_they_were_moved"] == 0


def test_nobody_gets_more_leads_than_they_have_room_for(env):
    """Two reps with room for two each, eight leads: four go to the fallback."""
    done(SETUP, env, "8", "2", "2", "0")
    seen = race(env, [ROUTE, ROUTE_BACKWARDS] * 2)
    assert Counter(lead["owner"] for lead in seen["leads"]) == {"rep0@halden.example": 2, "rep1@halden.example": 2, FALLBACK: 4}


def test_without_transaction_lock_and_constraint_a_lead_has_two_owners(env):
    """The twin of the test above with the guards off: it shows that the test can fail."""
    done(SETUP + DROP, env, str(LEADS), str(REPS), "0", "0")
    seen = race(env, [UNGUARDED + CHASE] * WRITERS, str(REPS + 2))
    assert any(len(lead["handed"]) > 1 or len(lead["assigned"]) > 1 for lead in seen["leads"])
    with pytest.raises(AssertionError):
        check_turns(seen)
