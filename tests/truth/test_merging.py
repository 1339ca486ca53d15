"""Two known people merged and parted again: whatever came before, between and after, each has what is theirs (invariant 22)."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.often import often
from tests.truth.merged import groups, known
from tests.world import SIGNED_AT, build
from treaty.journal.models import Entry
from treaty.qualification.merging import merge, unmerge
from treaty.qualification.models import NextJudgement
from treaty.qualification.moves import How, Why, move
from treaty.qualification.passes import Opening, open_lead
from treaty.truth.actions import absorb
from treaty.truth.actions.merging import AlreadyOne, AlreadyUndone
from treaty.truth.models import BuyingRole, Identity, Lead, Merge, Objection, Opportunity, Person, Touch
from treaty.truth.records import ActivityRecord, OpportunityRecord, PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
WHO = range(5)
PROOF = {"rule": "told"}


def ref(n, **more):
    return PersonRef(email=f"p{n}@firm{n}.example", **more)


def _native(n):
    one = Identity.objects.get(kind="email", value=f"p{n}@firm{n}.example")
    return one.seen_as or one.person


class History:
    """A world in which things are told of five people, some of whom are merged and parted meanwhile."""

    def __init__(self, with_leads):
        self.world = build()
        self.at, self.told = NOON, 0
        absorb([PersonRecord(ref=ref(n), fields={"title": f"title {n}"}) for n in WHO], source=self.world.source, received_at=SIGNED_AT)
        self.leads = []
        for number, n in enumerate(with_leads):
            opening = Opening(_native(n), "engaged", NOON - (9 - number) * HOUR, Why(How.DEFINITION), segment="dach")
            self.leads.append(open_lead(opening, self.world.version))

    def tell(self, n, kind):
        self.at += HOUR
        self.told += 1
        absorb([self._record(n, kind)], source=self.world.source, received_at=self.at)

    def _record(self, n, kind):
        name = f"{kind} {self.told}"
        if kind == "touch":
            return TouchRecord(ref=ref(n), kind="page_view", occurred_at=self.at, message_id=name)
        if kind == "device":
            return TouchRecord(ref=ref(n, user_id=f"u{n}-{self.told % 2}"), kind="page_view", occurred_at=self.at, message_id=name)
        if kind == "title":
            return PersonRecord(ref=ref(n), fields={"title": f"title {self.told % 3}", "country": "DE"}, occurred_at=self.at)
        if kind == "call":
            return ActivityRecord(external_id=name, kind="call", occurred_at=self.at, ref=ref(n))
        role = ("", "champion", "influencer")[self.told % 3]
        return OpportunityRecord(external_id=f"deal {self.told % 2}" if kind == "again" else name, people=((ref(n), role),))

    def objects(self, which):
        """Somebody says why not, while sales speaks with them about their lead."""
        self.told += 1
        lead = Lead.objects.get(pk=self.leads[which % len(self.leads)].pk) if self.leads else None
        person = lead.person if lead else _native(which % 5)
        Objection.objects.create(person=person, lead=lead, text=f"objection {self.told}", at=self.at)

    def merge(self, a, b):
        self.at += HOUR
        try:
            merge(_native(a), _native(b), evidence=PROOF, by=self.world.rui, at=self.at)
        except AlreadyOne:
            return

    def unmerge(self, which):
        self.at += HOUR
        standing = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if standing:
            unmerge(standing[which % len(standing)], by=self.world.rui, at=self.at)

    def advance(self, which):
        """Sales takes a lead over, unless it goes on in another."""
        lead = Lead.objects.get(pk=self.leads[which % len(self.leads)].pk) if self.leads else None
        if lead is not None and lead.closed_at is None and lead.stage == "engaged":
            self.at += HOUR
            move(lead, "marketing_qualified", at=self.at, why=Why(How.DEFINITION))
            return True
        return False


some = st.sampled_from(WHO)
KINDS = ("touch", "device", "title", "call", "deal", "again")
told = st.tuples(st.just("tell"), some, st.sampled_from(KINDS))
merged = st.tuples(st.just("merge"), some, some)
parted = st.tuples(st.just("unmerge"), st.integers(0, 9))
objected = st.tuples(st.just("objects"), st.integers(0, 3))
moved = st.tuples(st.just("advance"), st.integers(0, 3))
steps = st.lists(st.one_of(told, merged, merged, parted, moved, objected), max_size=14)
often_enough = settings(
    max_examples=often(4, 1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Undone(Exception):
    """Leave nothing behind."""


def in_a_world(with_leads, act):
    """What `act` returns of a world that is gone afterwards."""
    found = []
    try:
        with transaction.atomic():
            found.append(act(History(with_leads)))
            raise Undone
    except Undone:
        return found[0]


def check(history):
    """Nobody's row is somebody's who is another, and of one person one lead is open."""
    gone = Person.objects.exclude(merged_into=None)
    for name in ("identities", "touches", "leads", "activities", "buying_roles"):
        assert not gone.filter(**{f"{name}__isnull": False}).exists(), name
    for lead in Lead.objects.filter(closed_at=None):
        assert lead.assignments.filter(ends_at=None).count() == 1
    assert Lead.objects.filter(closed_at=None).count() == Lead.objects.filter(closed_at=None).values("person").distinct().count()


def test_a_deal_known_before_and_told_again_while_they_were_one_is_not_the_others(db):
    """Found at random: it came before the merge, and got the other's lead when it was told again."""
    history = History([4])
    history.tell(0, "touch")
    history.tell(0, "again")
    history.merge(4, 0)
    history.tell(0, "touch")
    history.tell(0, "again")
    [deal] = Opportunity.objects.all()
    assert deal.lead == history.leads[0]
    history.unmerge(0)
    deal.refresh_from_db()
    assert deal.lead is None


@often_enough
@given(st.lists(some, unique=True, max_size=4), steps, st.randoms(use_true_random=False))
def test_all_merges_taken_back_leave_what_would_be_without_them(with_leads, steps, chance):
    carried = []

    def with_merges(history):
        for verb, *what in steps:
            done = getattr(history, verb)(*what)
            carried.append((verb, what, done))
            check(history)
        while Merge.objects.filter(undone_at=None).exists():
            history.unmerge(chance.randrange(9))
            check(history)
        return known()

    def without(history):
        for verb, what, done in carried:
            if verb == "tell":
                history.tell(*what)
            elif verb == "objects":
                history.objects(*what)
            elif verb != "advance":
                history.at += HOUR  # of a merge
            elif done:
                history.advance(*what)
        return known()

    assert in_a_world(with_leads, with_merges) == in_a_world(with_leads, without)


@often_enough
@given(st.lists(some, unique=True, max_size=4), st.lists(merged, max_size=6), st.randoms(use_true_random=False))
def test_merges_in_any_order_make_the_same_people(with_leads, merges, chance):
    def in_order(pairs):
        def act(history):
            for n in WHO:
                history.tell(n, "touch")
                history.tell(n, "deal")
            for _, a, b in pairs:
                history.merge(a, b)
            check(history)
            rows = list(Touch.objects.values_list("person", "message_id"))
            together = {frozenset(m for p, m in rows if p == one) for one, _ in rows}
            standing = Lead.objects.filter(closed_at=None)
            return groups(), together, {(lead.seen_as_id or lead.person_id) - _native(0).pk for lead in standing}

        return act

    shuffled = list(merges)
    chance.shuffle(shuffled)
    assert in_a_world(with_leads, in_order(merges)) == in_a_world(with_leads, in_order(shuffled))


@pytest.fixture
def history(db):
    return History([])


def lead_of(history, n, at, *steps):
    lead = open_lead(Opening(_native(n), "engaged", at, Why(How.DEFINITION), segment="dach"), history.world.version)
    for step in steps:
        move(lead, step, at=at, why=Why(How.DEFINITION))
    return Lead.objects.get(pk=lead.pk)


def test_what_both_did_is_one_persons_and_both_are_judged_again(history):
    history.tell(0, "touch")
    history.tell(1, "touch")
    NextJudgement.objects.all().delete()
    history.merge(0, 1)
    assert set(_native(0).touches.values_list("message_id", flat=True)) == {"touch 1", "touch 2"}
    assert list(NextJudgement.objects.values_list("person", flat=True)) == [_native(0).pk]
    history.unmerge(0)
    assert set(NextJudgement.objects.values_list("person", flat=True)) == {_native(0).pk, _native(1).pk}


def test_a_merge_and_its_undoing_are_in_the_journal_with_nobodys_words(history):
    history.merge(0, 1)
    history.unmerge(0)
    entries = Entry.objects.filter(verb__startswith="person.").order_by("seq")
    assert [(one.verb, one.actor.name, one.codes["gone"]) for one in entries] == [
        ("person.merged", "Rui Costa", _native(1).key),
        ("person.parted", "Rui Costa", _native(1).key),
    ]


def test_of_two_open_leads_the_one_in_sales_care_goes_on(history):
    first = lead_of(history, 0, NOON)
    sales = lead_of(history, 1, NOON + HOUR, "marketing_qualified")
    history.at = NOON + HOUR
    history.merge(0, 1)
    first.refresh_from_db()
    assert (first.joined_to, first.closed_at, first.stage, first.owner.name) == (sales, NOON + 2 * HOUR, "engaged", "Mira Lang")
    assert Lead.objects.get(closed_at=None).person == _native(0)
    history.unmerge(0)
    first.refresh_from_db()
    assert (first.joined_to, first.closed_at, first.moves.count()) == (None, None, 1)


def test_of_two_in_marketings_care_the_one_opened_first_goes_on(history):
    later, first = lead_of(history, 0, NOON + HOUR), lead_of(history, 1, NOON)
    history.merge(0, 1)
    assert list(Lead.objects.filter(closed_at=None)) == [first]
    assert list(Entry.objects.filter(verb="lead.joined").values_list("subject_key", flat=True)) == [later.key]


def test_a_lead_opened_meanwhile_and_one_that_comes_back_are_not_both_open(history):
    """Ada's went on in Bob's, which ended; a new one was opened for both. When they are parted, Ada has one lead."""
    ada = lead_of(history, 0, NOON)
    bob = lead_of(history, 1, NOON + HOUR, "marketing_qualified")
    history.merge(0, 1)
    Lead.objects.filter(pk=bob.pk).update(closed_at=history.at)
    newer = lead_of(history, 0, history.at + HOUR)
    history.unmerge(0)
    assert list(Lead.objects.filter(person=_native(0), closed_at=None)) == [ada]
    newer.refresh_from_db()
    assert newer.joined_to == ada


def test_at_a_deal_one_row_counts_for_one_person(history):
    for n, role in ((0, ""), (1, "champion")):
        record = OpportunityRecord(external_id="D", people=((ref(n), role),))
        absorb([record], source=history.world.source, received_at=NOON)
    history.merge(0, 1)
    assert list(BuyingRole.objects.exclude(person=None).values_list("person", "role")) == [(_native(0).pk, "champion")]
    history.unmerge(0)
    assert sorted(BuyingRole.objects.values_list("person", "role")) == [(_native(0).pk, ""), (_native(1).pk, "champion")]


def test_a_chain_parted_in_the_middle_first_leaves_nobody_anothers_values(history):
    """Found by the random test: what Ada had borrowed of Bob stayed with her while she was Cy."""
    absorb([PersonRecord(ref=ref(1), fields={"country": "DE"})], source=history.world.source, received_at=NOON)
    for kept, gone in ((0, 1), (2, 0)):
        history.merge(kept, gone)
    history.unmerge(0)
    history.unmerge(0)
    assert [_native(n).country for n in range(3)] == ["", "DE", ""]


def test_who_is_one_already_is_not_merged_again_and_a_merge_is_taken_back_once(history):
    made = merge(_native(0), _native(1), evidence=PROOF, by=None, at=NOON)
    with pytest.raises(AlreadyOne):
        merge(_native(1), _native(0), evidence=PROOF, by=None, at=NOON)
    unmerge(made, by=None, at=NOON)
    with pytest.raises(AlreadyUndone, match="were parted on 10 March 2026"):
        unmerge(made, by=None, at=NOON)
    assert merge(_native(1), _native(0), evidence=PROOF, by=None, at=NOON).kept == _native(1)
