"""Two accounts a system made one, parted again: whatever came before, between and after, each has what is its own (invariant 22)."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.often import often
from tests.truth.merged_accounts import groups, known
from tests.world import SIGNED_AT, build
from treaty.journal.models import Entry
from treaty.qualification import merging as people
from treaty.qualification.models import NextJudgement, Settled
from treaty.qualification.moves import How, Why
from treaty.qualification.passes import Opening, open_lead
from treaty.truth.actions import absorb, account_merging
from treaty.truth.actions.account_merging import AlreadyOne, AlreadyUndone
from treaty.truth.models import Account, AccountIdentity, AccountMerge, Fact, Identity, Merge, Opportunity, Person, Source
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, OpportunityRecord, PersonRecord, PersonRef

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRMS = range(4)
PROOF = {"rule": "told"}


def ref(n):
    return AccountRef(external_id=f"a{n}")


def _native(n):
    one = AccountIdentity.objects.get(kind="id", value=f"a{n}")
    return one.seen_as or one.account


def _person(n):
    one = Identity.objects.get(kind="email", value=f"p{n}@firm{n}.example")
    return one.seen_as or one.person


class History:
    """A world in which things are told of four accounts and four people, some of whom are merged and parted meanwhile.

    Of the first two nothing is said but how they are called; each person's address is at the domain of an account.
    """

    def __init__(self):
        self.world = build()
        self.at, self.told = NOON, 0
        self.crm = self.world.source
        self.form = Source.objects.create(name="form", kind=Source.Kind.FORM, made_at=SIGNED_AT)
        for n in FIRMS:
            named = AccountRef(external_id=f"a{n}", name=f"Firm {n} GmbH", domain=f"firm{n}.example")
            first = PersonRecord(ref=PersonRef(email=f"x{n}@mail.example"), account=named) if n < 2 else AccountRecord(ref=named)
            absorb([first, PersonRecord(ref=PersonRef(email=f"p{n}@firm{n}.example"))], source=self.crm, received_at=SIGNED_AT)

    def tell(self, n, m, kind):
        self.at += HOUR
        self.told += 1
        source = self.form if kind == "claim" else self.crm
        absorb([self._record(n, m, kind)], source=source, received_at=self.at)

    def _record(self, n, m, kind):
        """Of the account or person n; m: the other one that the record names."""
        match kind:
            case "moves":
                return PersonRecord(ref=PersonRef(email=f"p{m}@firm{m}.example"), account=ref(n), occurred_at=NOON + self.told % 3 * HOUR)
            case "claim":
                return PersonRecord(ref=PersonRef(email=f"p{m}@firm{m}.example"), account=AccountRef(domain=f"firm{n}.example"))
            case "colleague":
                return PersonRecord(ref=PersonRef(email=f"c{self.told}@firm{n}.example"))
            case "deal":
                return OpportunityRecord(external_id=f"deal {self.told % 3}", account=ref(n))
            case "part":
                return AccountRecord(ref=ref(n), parent=ref(m))
            case "called":
                return AccountRecord(ref=AccountRef(external_id=f"a{n}", name=f"Firm {n} of {self.told % 2}"))
            case "owned":
                return AccountRecord(ref=ref(n), owner_email=(self.world.sam, self.world.sol)[self.told % 2].email)
            case "known as":
                return AccountRecord(ref=AccountRef(external_id=f"b{self.told}", domain=f"firm{n}.example"))
            case _:
                return AccountRecord(
                    ref=ref(n), fields={"industry": f"industry {self.told % 2}", "employees": self.told}, occurred_at=self.at
                )

    def merge(self, a, b):
        self.at += HOUR
        try:
            account_merging.merge(_native(a).pk, _native(b).pk, evidence=PROOF, by=None, at=self.at)
        except AlreadyOne:
            return

    def unmerge(self, which):
        self.at += HOUR
        standing = list(AccountMerge.objects.filter(undone_at=None).order_by("pk"))
        if standing:
            account_merging.unmerge(standing[which % len(standing)], by=self.world.rui, at=self.at)

    def join(self, a, b):
        """Two people are one."""
        self.at += HOUR
        try:
            people.merge(_person(a), _person(b), evidence=PROOF, by=self.world.rui, at=self.at)
        except AlreadyOne:
            return

    def part(self, which):
        self.at += HOUR
        standing = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if standing:
            people.unmerge(standing[which % len(standing)], by=self.world.rui, at=self.at)

    def end(self, chance):
        """Take all merges back, in any order."""
        while True:
            accounts, persons = (model.objects.filter(undone_at=None).count() for model in (AccountMerge, Merge))
            if not accounts + persons:
                return
            if chance.randrange(accounts + persons) < accounts:
                self.unmerge(chance.randrange(9))
            else:
                self.part(chance.randrange(9))
            check()


some = st.sampled_from(FIRMS)
KINDS = ("moves", "claim", "colleague", "deal", "part", "called", "owned", "known as", "said")
told = st.tuples(st.just("tell"), some, some, st.sampled_from(KINDS))
merged = st.tuples(st.just("merge"), some, some)
parted = st.tuples(st.just("unmerge"), st.integers(0, 9))
joined = st.tuples(st.just("join"), some, some)
split = st.tuples(st.just("part"), st.integers(0, 9))
steps = st.lists(st.one_of(told, told, merged, merged, parted, joined, split), max_size=14)
often_enough = settings(
    max_examples=often(6, 1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Undone(Exception):
    """Leave nothing behind."""


def in_a_world(act):
    """What `act` returns of a world that is gone afterwards."""
    found = []
    try:
        with transaction.atomic():
            found.append(act(History()))
            raise Undone
    except Undone:
        return found[0]


def check():
    """Nothing is of an account that is another, and who belongs where is what was said last."""
    gone = Account.objects.exclude(merged_into=None)
    for name in ("identities", "opportunities", "people"):
        assert not gone.filter(**{f"{name}__isnull": False}).exists(), name
    numbers = [float(pk) for pk in gone.values_list("pk", flat=True)]
    assert not Fact.objects.filter(field__in=("account", "parent"), number__in=numbers).exists()
    assert not Fact.objects.filter(subject="account", subject_id__in=gone.values("pk")).exists()
    assert not any(one.parent_id == one.pk for one in Account.objects.all())


@often_enough
@given(steps, st.randoms(use_true_random=False))
def test_all_merges_taken_back_leave_what_would_be_without_them(steps, chance):
    def with_merges(history):
        for verb, *what in steps:
            getattr(history, verb)(*what)
            check()
        history.end(chance)
        return known()

    def without(history):
        for verb, *what in steps:
            if verb == "tell":
                history.tell(*what)
            else:
                history.at += HOUR
        return known()

    assert in_a_world(with_merges) == in_a_world(without)


@often_enough
@given(st.lists(told, max_size=6), st.lists(merged, max_size=5), st.randoms(use_true_random=False))
def test_merges_in_any_order_and_at_any_time_make_the_same_accounts(tells, merges, chance):
    def in_order(steps):
        def act(history):
            for verb, *what in steps:
                getattr(history, verb)(*what)
                history.at = NOON + history.told * HOUR  # what is told is told at the same moments
            check()
            return groups(), _together()

        return act

    shuffled = list(merges)
    chance.shuffle(shuffled)
    assert in_a_world(in_order([*tells, *merges])) == in_a_world(in_order([*shuffled, *tells]))


def _together():
    """Which people and deals are at one account."""
    rows = [*Person.objects.filter(merged_into=None).values_list("account", "email")]
    rows += Opportunity.objects.values_list("account", "external_id")
    return {frozenset(name for at, name in rows if at == one) for one, _ in rows if one is not None}


@pytest.fixture
def history(db):
    return History()


OLD = AccountRecord(ref=AccountRef(external_id="o", name="Old Firm", domain="old.example"), fields={"industry": "pumps"})
NEW = AccountRecord(ref=AccountRef(external_id="n", name="New Firm", domain="new.example"), fields={"country": "DE"})
WORD = GoneRecord(kind="account", external_id="o", into="n", at=NOON)


@pytest.mark.parametrize("order", list(permutations([OLD, NEW, WORD])))
def test_in_whichever_order_a_system_told_of_it_both_are_parted_without_loss(history, order):
    """Also where the id of the one that went was led to the kept one before any record of it came."""
    later = [PersonRecord(ref=PersonRef(email="l@old.example")), OpportunityRecord(external_id="late", account=AccountRef(external_id="o"))]

    def tell(records):
        for number, record in enumerate(records, start=1):
            if record is not None:
                absorb([record], source=history.crm, received_at=NOON + number * HOUR)
        for made in AccountMerge.objects.filter(undone_at=None):
            account_merging.unmerge(made, by=history.world.rui, at=NOON + DAY)
            absorb([WORD], source=history.crm, received_at=NOON + 2 * DAY)
        return known()

    with transaction.atomic():
        without = tell([None if record is WORD else record for record in (*order, *later)])
        transaction.set_rollback(True)
    parted = tell([*order, *later])
    assert AccountMerge.objects.get().undone_by == history.world.rui, "what a member has parted stays parted"
    assert parted == without


def test_each_account_is_called_again_as_it_was_though_no_value_said_so(history):
    history.merge(0, 2)
    assert (_native(0).name, _native(0).domain) == ("Firm 2 GmbH", "firm2.example")
    history.unmerge(0)
    assert (_native(0).name, _native(0).domain) == ("Firm 0 GmbH", "firm0.example")


def test_a_deal_made_here_meanwhile_is_where_its_leads_person_is(history):
    opening = Opening(_person(1), "engaged", NOON, Why(How.DEFINITION), segment="dach")
    lead = open_lead(opening, history.world.version)
    history.merge(0, 1)
    deal = Opportunity.objects.create(lead=lead, account=_native(0), received_at=history.at)
    history.unmerge(0)
    deal.refresh_from_db()
    assert deal.account == _native(1)


def test_everybody_at_either_is_judged_again_and_nothing_stays_settled(history):
    for n in (0, 1):
        Settled.objects.create(
            version=history.world.version, clause=f"c{n}", account=_native(n), since_at=NOON, until_at=NOON, turns=[], is_seen=True
        )
    NextJudgement.objects.all().delete()
    absorb([GoneRecord(kind="account", external_id="a1", into="a0", at=NOON)], source=history.crm, received_at=history.at)
    people.part_accounts(AccountMerge.objects.get(), by=history.world.rui, at=history.at)
    assert not Settled.objects.exists()
    there = {pk for n in (0, 1) for pk in _native(n).people.values_list("pk", flat=True)}
    assert set(NextJudgement.objects.values_list("person", flat=True)) == there
    assert len(there) == 4


def test_a_merge_is_taken_back_once_and_both_are_in_the_journal(history):
    history.merge(0, 1)
    made = AccountMerge.objects.get()
    with pytest.raises(AlreadyOne):
        account_merging.merge(_native(1).pk, _native(0).pk, evidence=PROOF, by=None, at=NOON)
    history.unmerge(0)
    with pytest.raises(AlreadyUndone, match="were parted on 10 March 2026"):
        account_merging.unmerge(made, by=None, at=NOON)
    entries = Entry.objects.filter(verb__startswith="account.").order_by("seq")
    assert [(one.verb, one.subject_key, one.codes["gone"]) for one in entries] == [
        ("account.merged", _native(0).key, _native(1).key),
        ("account.parted", _native(0).key, _native(1).key),
    ]
