"""Several processes that do things to the same leads at the same moment, in a home of their own; prints what is there afterwards.

python -m tests.handoff.racers '{"leads": 4, "reps": 4, "racers": ["chase", "chase"]}'
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import django
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

django.setup()

from tests.world import HALDEN, SIGNED_AT, build  # noqa: E402 - Django first
from treaty.feedback import deals  # noqa: E402
from treaty.feedback.actions import accept, reject  # noqa: E402
from treaty.feedback.contact import qualify  # noqa: E402
from treaty.feedback.desk import AlreadyDecided  # noqa: E402
from treaty.handoff import actions  # noqa: E402
from treaty.handoff.giving import give  # noqa: E402
from treaty.handoff.models import Handoff, Seat  # noqa: E402
from treaty.handoff.queries import turns  # noqa: E402
from treaty.journal.models import Entry  # noqa: E402
from treaty.qualification.lifecycle import NotAllowed  # noqa: E402
from treaty.sla import actions as sla  # noqa: E402
from treaty.sla.watch import tick  # noqa: E402
from treaty.team.models import Member, Role  # noqa: E402
from treaty.truth.models import Assignment, Lead  # noqa: E402

SAM = "sam.okafor@halden.example"
POOL = f"{{members: [sol.meyer@halden.example, {SAM}, kim.dale@halden.example]}}"
NARROWER = "    - {rule: pool, pool: dach-reps, segment: dach, pick: round_robin, weight: capacity}\n"
CONSTRAINTS = ("one_owner_per_lead", "one_open_handoff_per_lead", "one_turn_each")


def now():
    return datetime.now(UTC)


# Before the race


def set_up(*, leads, reps, room=None, handed=False):
    """Qualified leads, and so many reps in one pool, each with room for so many; then the fallback, Sam."""
    emails = [f"rep{n}@halden.example" for n in range(reps)]
    world = build(HALDEN.replace(POOL, f"{{members: [{', '.join(emails)}]}}").replace(NARROWER, ""))
    for email in emails:
        Member.objects.create(email=email, name=email, role=Role.SALES_REP, joined_at=SIGNED_AT, password="!", max_open=room)
    for n in range(leads):
        lead = world.qualified(now() - timedelta(minutes=5), f"ada{n}@acme.example")
        if handed:
            actions.hand_over(lead, at=now())


def take_guards_away():
    """No transaction, no lock, no constraint; the journal keeps its own."""
    with connection.cursor() as cursor:
        for name in CONSTRAINTS:
            cursor.execute(f"drop index {name}")
    lock = QuerySet.select_for_update
    QuerySet.select_for_update = lambda rows, **words: lock(rows, **words) if connection.in_atomic_block else rows
    actions._hand_over_all, actions._reroute_all = actions._hand_over_all.__wrapped__, actions._reroute_all.__wrapped__


# Racers


def chase(leads):
    """Hand over every lead, then take it from its owner until all have had it."""
    for lead in leads:
        handoff = actions.hand_over(lead, at=now())
        for _ in range(6):
            handoff = actions.reroute(handoff, at=now(), reason="the time ran out")


def chase_handed(leads):
    for lead in leads:
        handoff = Handoff.objects.filter(lead=lead).first()
        for _ in range(6):
            handoff = actions.reroute(handoff, at=now(), reason="the time ran out")


def route(leads):
    for lead in leads:
        actions.hand_over(lead, at=now())


def route_backwards(leads):
    route(leads[::-1])


def route_all(leads):
    actions.hand_over_all([actions.Ready(lead.pk, now()) for lead in leads])


def route_all_backwards(leads):
    route_all(leads[::-1])


def chase_all(leads):
    """All in one go, five times over."""
    handoffs = list(actions.hand_over_all([actions.Ready(lead.pk, now()) for lead in leads]).values())
    for _ in range(5):
        leaving = [actions.Leaving(handoff.pk, now(), "the time ran out") for handoff in handoffs]
        handoffs = list(actions.reroute_all(leaving).values())


def answer(leads):
    """The owner accepts every second lead and rejects the others."""
    for n, lead in enumerate(leads):
        handoff = open_one(lead)
        try:
            if handoff and n % 2:
                accept(handoff, by=handoff.owner, at=now())
            elif handoff:
                reject(handoff, "no_budget", by=handoff.owner, at=now())
        except (actions.NotForHandoff, AlreadyDecided):
            pass


def sell(leads):
    """The owner accepts, qualifies with answers, opens a deal and loses it; whatever came before it is refused."""
    for n, one in enumerate(leads * 2):
        handoff = open_one(one)
        if handoff is None:
            continue
        rep, lead = handoff.owner, handoff.lead
        try:
            if lead.stage == handoff.from_stage:
                accept(handoff, by=rep, at=now())
            qualify(lead, by=rep, at=now(), answers={"budget": "1", "timeline": "2", "need": "3"})
            roles = {lead.person: "economic_buyer"}
            deal = deals.open_opportunity(
                lead, by=rep, at=now(), name=f"deal {n}", amount=Decimal(1), currency="EUR", close_on=now().date(), roles=roles
            )
            deals.lose(deal, "price", by=rep, at=now())
        except (actions.NotForHandoff, AlreadyDecided, NotAllowed):
            pass


def watch(leads):
    """Every clock starts and runs out at once; what is late goes to the next in turn; then all are judged by the evidence."""
    for lead in leads * 2:
        handoff = open_one(lead)
        if handoff is not None:
            sla.start(handoff)
        tick(at=now() + timedelta(days=60))
        sla.refresh_all(list(Handoff.objects.select_related("lead").order_by("-pk")))


def log_on_page(leads):
    """A manager logs calls and notes on the page of each lead, whoever has it meanwhile."""
    manager = Client(raise_request_exception=True, SERVER_NAME="localhost")
    manager.force_login(Member.objects.get(email=SAM))
    for lead in leads * 3:
        for door, said in (("contact", {"kind": "call", "outcome": "no_answer"}), ("note", {"text": "asked again"})):
            assert manager.post(f"/leads/{lead.key}/{door}/", said).status_code == 303


def give_to_sam(leads):
    sam = Member.objects.get(email=SAM)
    for lead in leads:
        handoff = open_one(lead)
        try:
            if handoff:
                give(handoff, sam, by=sam, at=now(), reason="I know them")
        except actions.NotForHandoff:
            pass


def open_one(lead):
    return Handoff.objects.select_related("owner", "lead", "version").filter(lead=lead, ended_at=None).first()


RACERS = {
    racer.__name__: racer
    for racer in (
        chase,
        chase_handed,
        chase_all,
        route,
        route_backwards,
        route_all,
        route_all_backwards,
        answer,
        give_to_sam,
        log_on_page,
        sell,
        watch,
    )
}


def race(names):
    """One process each, with a connection of its own; all begin when the last is ready. Returns how many failed."""
    connection.close()
    ready, say_ready = os.pipe()
    go, say_go = os.pipe()
    children = [fork(name, say_ready, go) for name in names]
    for _ in children:
        os.read(ready, 1)
    os.write(say_go, b"." * len(children))
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def fork(name, say_ready, go):
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        leads = list(Lead.objects.order_by("id"))
        os.write(say_ready, b".")
        os.read(go, 1)
        RACERS[name](leads)
        status = 0
    except BaseException:  # the child must end here, whatever happened
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


# After it


def report():
    pool = Assignment.objects.filter(pool="all-reps").select_related("owner").order_by("turn")
    told = list(Entry.objects.order_by("seq").values_list("seq", "verb", "subject_key"))
    return {
        "leads": [about(lead) for lead in Lead.objects.select_related("owner").order_by("id")],
        "turns": [[row.turn, row.owner.email, {c["email"]: c["taken"] for c in row.ledger["candidates"]}] for row in pool],
        "again": [turn.agrees for turn in turns(most=10_000)],
        "seats": dict(Seat.objects.filter(pool="all-reps").values_list("member__email", "taken")),
        "seqs": [seq for seq, _, _ in told],
        "made": [key for _, verb, key in told if verb == "handoff.made"],
        "moved": [key for _, verb, key in told if verb == "handoff.moved"],
        "logged": sum(verb == "contact.logged" for _, verb, _ in told),
        "handoffs": [str(key) for key in Handoff.objects.values_list("key", flat=True)],
        "answered_after_they_were_moved": Handoff.objects.filter(ended_how="moved", dispositions__isnull=False).count(),
    }


def about(lead):
    ledger = list(Assignment.objects.filter(lead=lead).select_related("owner").order_by("id"))
    handoffs = list(Handoff.objects.filter(lead=lead).select_related("owner").order_by("id"))
    return {
        "owner": lead.owner.email,
        "stage": lead.stage,
        "assigned": [row.owner.email for row in ledger if row.ends_at is None],
        "handed": [row.owner.email for row in handoffs if row.ended_at is None],
        "had": [row.owner.email for row in handoffs],
        "gaps": sum(before.ends_at != after.starts_at for before, after in pairwise(ledger)),
    }


def main(wanted):
    names, is_guarded = wanted.pop("racers"), wanted.pop("is_guarded", True)
    set_up(**wanted)
    if not is_guarded:
        take_guards_away()
    failed = race(names)
    print(json.dumps({"failed": failed, **report()}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
