"""Where a clause on everybody's touches holds and everybody was judged by it, news of one is judged for that one alone.

That must not show: leads begin, move and are looked at again as if everyone there were judged each time.
"""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOON
from tests.often import often
from tests.world import HALDEN, build, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.conditions import Condition
from treaty.agreement.models import InForce, Version
from treaty.moments import LATEST
from treaty.qualification import actions, settling
from treaty.qualification.accounts import Accounts
from treaty.qualification.counters import Definition
from treaty.qualification.marks import mark_told
from treaty.qualification.models import NextJudgement, Settled, Waiting
from treaty.qualification.moves import How, Why, move
from treaty.qualification.resting import rest
from treaty.team.models import Member
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Person, StageMove
from treaty.truth.records import AccountRef, PersonRecord, PersonRef, TouchRecord

pytestmark = pytest.mark.db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = "      - all: [{score: {engagement: {at_least: 60}}}, {touches: {by: account, people: 3, within: 30 days}}]\n"
SHORTCUT = """      - all: [{touches: {kind: content_download, within: 10 days}}, {touches: {by: account, people: 2, within: 2 days}}]
        none: [{touches: {kind: unsubscribed, by: account, within: 1 day}}]
"""
ENGAGED = "    enter: {any: [{touches: {kind: content_download}}, {touches: {kind: webinar_attended}}]}\n"
ENTER = "    enter: {any: [{touches: {kind: content_download}}, {touches: {kind: webinar_attended, by: account, at_least: 2}}]}\n"
FIRMS = ("acme", "bolt", "cask")
KINDS = ("page_view", "page_view", "content_download", "webinar_attended", "unsubscribed")


@pytest.fixture
def everybodys(db):
    """The small world under an agreement that counts everybody's touches to let in and to keep out."""
    assert OLD in HALDEN
    assert ENGAGED in HALDEN
    return build(HALDEN.replace(OLD, SHORTCUT).replace(ENGAGED, ENTER))


def email(number):
    return f"p{number}@mail{number}.example"


def belongs(number, firm, at):
    ref = AccountRef(name=firm.title(), domain=f"{firm}.example")
    return PersonRecord(ref=PersonRef(email=email(number)), fields={"seniority": "director"}, account=ref, occurred_at=at, known_at=at)


def touch(number, kind, at, message, *, known_at=None):
    ref = PersonRef(email=email(number))
    return TouchRecord(ref=ref, kind=kind, occurred_at=at, known_at=known_at or at, message_id=str(message))


def told(world, records, at):
    """Records arrive, and whom they concern is marked with them."""
    with transaction.atomic():
        mark_told(absorb(records, source=world.source, received_at=at), at=at)


def happens(world, records, at):
    told(world, records, at)
    actions.judge_due(at=at)


def history(seed, steps=30):
    """(when, what arrives then): people come to a firm, do things, are told late of some, and some change their firm."""
    draw = random.Random(seed)
    at, made = NOON, [(NOON, [belongs(n, FIRMS[n % 3], NOON) for n in range(7)])]
    for step in range(steps):
        at += draw.choice((HOUR, 5 * HOUR, 14 * HOUR, 30 * HOUR))
        records = []
        for place in range(draw.randint(1, 3)):
            number, kind = draw.randrange(8), draw.choice(KINDS)
            late = draw.choice((timedelta(), timedelta(), 3 * HOUR, 40 * HOUR))
            records.append(touch(number, kind, at - late, f"{step}-{place}", known_at=at - draw.choice((timedelta(), late))))
        if draw.random() < 0.3:
            records.append(belongs(draw.randrange(8), draw.choice(FIRMS), at - draw.choice((timedelta(), 20 * HOUR))))
        made.append((at, records))
    return made


def lived(world, events, *, forget):
    """What became of everybody. forget: nothing is settled, so everybody at an account is judged whenever one does something."""
    counted = []
    for step, (at, records) in enumerate(events):
        while (due_at := min((m for m in next_moments() if m < at), default=None)) is not None:
            actions.judge_due(at=due_at)
        if forget:
            Settled.objects.all().delete()
        happens(world, records, at)
        counted.append(Settled.objects.filter(is_seen=True).count())
        if not forget and step % 3 == 2:
            assert_nothing_was_missed(at)
    moves = sorted(StageMove.objects.values_list("lead__person__email", "to_stage", "at", "how"))
    return moves, sum(counted)


def next_moments():
    """When the worker would judge next although nothing arrives."""
    due = NextJudgement.objects.order_by("due_at").values_list("due_at", flat=True)[:1]
    return [*due, *Settled.objects.order_by("until_at").values_list("until_at", flat=True)[:1]]


def assert_nothing_was_missed(at):
    """Judging everybody anew moves nobody, and nobody is to be looked at sooner than was planned, or than something settled ends."""
    planned = dict(NextJudgement.objects.values_list("person", "due_at"))
    ends = min(Settled.objects.values_list("until_at", flat=True), default=LATEST)
    with transaction.atomic():
        Settled.objects.all().delete()
        assert actions.judge(Person.objects.values_list("pk", flat=True), at=at).moved == ()
        for person, due_at in NextJudgement.objects.values_list("person", "due_at"):
            assert min(planned.get(person, LATEST), ends) <= due_at
        transaction.set_rollback(True)


@pytest.mark.decides
@pytest.mark.parametrize("seed", range(often(2, 24)))
def test_random_lives_are_those_in_which_everybody_is_judged_each_time(everybodys, seed):
    events = history(seed)
    found = []
    for forget in (False, True):
        with transaction.atomic():
            found.append(lived(everybodys, events, forget=forget))
            transaction.set_rollback(True)
    (moves, settled_), (all_judged, _) = found
    assert moves == all_judged
    assert settled_ > 10
    assert len(moves) > 5


def two_are_busy(world):
    """Two of Acme do something, so a clause on two people's touches is settled there; a third has downloaded a guide."""
    happens(world, [belongs(n, "acme", NOON) for n in range(3)], NOON)
    happens(world, [touch(0, "unsubscribed", NOON, 1), touch(1, "page_view", NOON, 2)], NOON)
    happens(world, [touch(2, "content_download", NOON + HOUR, 3)], NOON + HOUR)
    assert Settled.objects.filter(is_seen=True).count() == 2
    assert Lead.objects.get().stage == "engaged"


def stage_after_the_first_has_left(world):
    happens(world, [belongs(0, "bolt", NOON + 2 * HOUR)], NOON + 2 * HOUR)
    return Lead.objects.get().stage


def test_who_leaves_an_account_takes_away_what_was_settled_there(everybodys):
    two_are_busy(everybodys)  # one of them said "no more mail", which keeps their colleagues out for a day
    assert stage_after_the_first_has_left(everybodys) == "marketing_qualified"


def test_without_that_the_colleagues_are_forgotten(everybodys, monkeypatch):
    two_are_busy(everybodys)
    monkeypatch.setattr("treaty.qualification.marks.unsettle", lambda done: set())
    assert stage_after_the_first_has_left(everybodys) == "engaged"


def test_a_colleague_is_judged_only_when_the_clause_turns(everybodys, monkeypatch):
    seen = []
    judge_part = actions._judge_part
    monkeypatch.setattr(actions, "_judge_part", lambda ids, *rest: seen.append(sorted(ids)) or judge_part(ids, *rest))
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(3)], NOON)
    zero, one, two = Person.objects.order_by("email").values_list("pk", flat=True)
    happens(everybodys, [touch(0, "page_view", NOON, 1)], NOON)
    happens(everybodys, [touch(1, "page_view", NOON, 2)], NOON)
    happens(everybodys, [touch(1, "page_view", NOON + HOUR, 3)], NOON + HOUR)
    assert seen == [[zero, one, two], [zero], [zero, one, two], [one]]


def test_what_is_stored_while_it_is_counted_is_not_settled_over(everybodys, monkeypatch):
    """An import stores a touch told late between the counting and what is settled by it: it is not kept."""
    begin = settling.begin
    once = [touch(1, "page_view", NOON - HOUR, 7, known_at=NOON - HOUR)]

    def late(begun):
        if once:
            told(everybodys, [once.pop()], NOON)
        begin(begun)

    happens(everybodys, [belongs(n, "acme", NOON - DAY) for n in range(2)], NOON - DAY)
    monkeypatch.setattr(settling, "begin", late)
    happens(everybodys, [touch(0, "page_view", NOON - HOUR, 1, known_at=NOON), touch(1, "page_view", NOON, 2)], NOON)
    assert not once
    assert list(Settled.objects.values_list("since_at", "is_seen")) in ([(NOON, True)], [(NOON, False)], [])
    happens(everybodys, [touch(0, "page_view", NOON + HOUR, 3)], NOON + HOUR)
    assert_nothing_was_missed(NOON + HOUR)


def test_if_the_process_dies_while_everybody_is_judged_they_are_judged_again(everybodys, monkeypatch):
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(2)], NOON)
    told(everybodys, [touch(0, "content_download", NOON, 1), touch(1, "page_view", NOON, 2)], NOON)
    with monkeypatch.context() as dying:
        dying.setattr(actions, "_judge_part", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.judge_due(at=NOON)
    assert list(Settled.objects.values_list("is_seen", flat=True)) == [False]
    assert Lead.objects.count() == 0
    actions.judge_due(at=NOON + HOUR)
    assert list(Settled.objects.values_list("is_seen", flat=True)) == [True]
    assert Lead.objects.get().stage == "marketing_qualified"


def test_colleagues_whose_lead_cannot_be_opened_stay_due(db):
    """The clause turns while the agreement names an owner who is no member: when they are one again, everybody is let in."""
    world = build(HALDEN.replace(OLD, "").replace(ENGAGED, ENTER))
    happens(world, [belongs(n, "acme", NOON) for n in range(3)], NOON)
    mira = Member.objects.filter(pk=world.mira.pk)
    mira.update(email="gone@halden.example")
    happens(world, [touch(n, "webinar_attended", NOON, n) for n in range(2)], NOON)
    assert Lead.objects.count() == 0
    mira.update(email="mira.lang@halden.example")
    actions.judge_due(at=NOON + HOUR)
    assert Lead.objects.count() == 3


def test_if_the_process_dies_between_two_parts_the_second_is_judged_later(everybodys, monkeypatch):
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(3)], NOON)
    told(everybodys, [touch(0, "webinar_attended", NOON, n) for n in range(2)], NOON)
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    judge_part, parts = actions._judge_part, [1]
    with monkeypatch.context() as dying:
        dying.setattr(actions, "_judge_part", lambda *asked: parts.pop() and judge_part(*asked))
        with pytest.raises(IndexError):
            actions.judge_due(at=NOON)
    assert Lead.objects.count() == 1
    actions.judge_due(at=NOON + HOUR)
    assert Lead.objects.count() == 3


def visitor(kind, message, at):
    """Somebody without an address does something at Acme."""
    ref = PersonRef(user_id="v1")
    known = PersonRecord(ref=ref, account=AccountRef(name="Acme", domain="acme.example"), occurred_at=NOON, known_at=NOON)
    return [known, TouchRecord(ref=ref, kind=kind, occurred_at=at, known_at=at, message_id=message)]


def test_what_a_visitor_does_turns_a_clause_for_everybody_there(everybodys):
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(2)], NOON)
    happens(everybodys, [touch(0, "webinar_attended", NOON, 1)], NOON)
    happens(everybodys, visitor("webinar_attended", "v", NOON), NOON)
    assert Lead.objects.count() == 2
    assert_nothing_was_missed(NOON)


def test_a_visitor_who_turns_out_to_be_of_another_firm_takes_their_touches_along(everybodys):
    happens(everybodys, [belongs(1, "acme", NOON), belongs(2, "acme", NOON), belongs(0, "bolt", NOON)], NOON)
    happens(everybodys, visitor("unsubscribed", "v", NOON), NOON)
    happens(everybodys, [touch(1, "page_view", NOON, 2), touch(2, "content_download", NOON, 3)], NOON)
    assert Lead.objects.get().stage == "engaged"
    at = NOON + HOUR
    ref = PersonRef(email=email(0), user_id="v1")
    happens(everybodys, [TouchRecord(ref=ref, kind="page_view", occurred_at=at, known_at=at, message_id="j")], at)
    assert Lead.objects.get(person__email=email(2)).stage == "marketing_qualified"


def test_what_was_settled_under_one_version_is_not_under_the_next(everybodys):
    """The same clause, and around it a definition that one more person fulfils."""
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(3)], NOON)
    happens(everybodys, [touch(2, "page_view", NOON, 1), touch(0, "page_view", NOON, 2)], NOON)
    assert list(Settled.objects.values_list("is_seen", flat=True)) == [True]
    laxer = HALDEN.replace(OLD, SHORTCUT.replace("content_download, within", "page_view, within")).replace(ENGAGED, ENTER)
    raw, old = signed(laxer), everybodys.version
    version = Version.objects.create(
        number=2, text=laxer, signed_bytes=raw, hash=hash_of(raw), amends=old, proposed_by=everybodys.mira, proposed_at=NOON
    )
    InForce.objects.update(ends_at=NOON + HOUR)
    InForce.objects.create(version=version, applies_to="everyone", starts_at=NOON + HOUR)
    happens(everybodys, [touch(0, "page_view", NOON + 2 * HOUR, 3)], NOON + 2 * HOUR)
    assert set(Waiting.objects.values_list("person__email", flat=True)) == {email(0), email(2)}


def test_a_lead_whose_rest_is_over_is_judged_though_nothing_turned(everybodys):
    happens(everybodys, [belongs(n, "acme", NOON) for n in range(2)], NOON)
    happens(everybodys, [touch(0, "content_download", NOON, 1), touch(1, "page_view", NOON, 2)], NOON)
    lead = Lead.objects.get()
    assert lead.stage == "marketing_qualified"
    move(lead, "recycled", at=NOON + HOUR, why=Why(How.PERSON), by=everybodys.mira)
    lead.refresh_from_db()
    rest(lead, until=NOON + 5 * HOUR, evidence_from=None)
    actions.judge_due(at=NOON + HOUR)
    assert NextJudgement.objects.get(person=lead.person_id).due_at == NOON + 5 * HOUR


def test_the_same_clause_has_one_name_and_another_list_another(everybodys):
    asked = {"touches": {"by": "account", "where": {"path": {"in_list": "pages"}}}}
    names = [
        Accounts(Definition(Condition.model_validate(asked), {}, {"pages": pages}), "Europe/Berlin").names
        for pages in (["/a", "/b"], ["/b", "/a"], ["/c"])
    ]
    [one], [same], [other] = (list(named.values()) for named in names)
    assert one == same != other
