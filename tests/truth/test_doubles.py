"""Who may be one person: what a member sees, answers and takes back, and what is asked again (issue 4, Identity)."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.journal.models import Entry
from treaty.qualification.merging import merge, unmerge
from treaty.truth import doubles as queries
from treaty.truth import pairs as found
from treaty.truth.actions import absorb
from treaty.truth.actions.answering import AlreadyAnswered, ask_again, keep_apart, put_off
from treaty.truth.models import Account, Person, Proposal, Source
from treaty.truth.records import AccountRef, PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BERLIN = "+49 30 1234567"


def told(world, email, at=NOON, source=None, **fields):
    account = AccountRef(name="Acme", domain="acme.example")
    record = PersonRecord(ref=PersonRef(email=email), fields=fields, account=account, occurred_at=at)
    absorb([record], source=source or world.source, received_at=at)
    return Person.objects.get(identities__value=email, identities__kind="email")


@pytest.fixture
def two(world):
    """Ada and A. Brenner share a telephone number."""
    ada = told(world, "ada@acme.example", name="Ada Brenner", title="Director", phone=BERLIN)
    return ada, told(world, "a.brenner@acme.example", NOON + DAY, name="A. Brenner", phone="030 1234567", country="DE")


def pairs(world, name="rui", answer="open"):
    return list(found.doubles(world.members[name], answer))


def test_a_shared_number_is_one_pair_with_both_records(world, two):
    (pair,) = pairs(world)
    assert ((pair.one, pair.other), pair.probability, [p.about for p in pair.proposals]) == (two, None, ["+49301234567"])


def test_side_by_side_says_value_source_moment_and_which_of_two_is_shown(world, two):
    rows = {row.field: row for row in queries.side_by_side(*two)}
    name = rows["name"]
    assert (name.one.value, name.other.value, name.after.value) == ("Ada Brenner", "A. Brenner", "A. Brenner")
    assert (name.other.source, name.other.at, name.differs) == ("crm", NOON + DAY, True)
    assert (rows["title"].other, rows["title"].after.value, rows["title"].differs) == (None, "Director", False)
    assert (rows["account"].one.value, rows["account"].differs) == ("Acme", False)


def test_what_is_said_to_be_shown_is_what_a_merge_shows(world, two):
    """Also where the later of two values was only claimed at a form: what a system states goes first."""
    form = Source.objects.create(name="demo", kind="form", made_at=NOON)
    told(world, "a.brenner@acme.example", NOON + 2 * DAY, form, title="Queen")
    said = {row.field: row.after.value for row in queries.side_by_side(*two)}
    merge(*two, evidence={"rule": "phone"}, by=world.rui, at=NOON + 3 * DAY)
    ada = Person.objects.get(pk=two[0].pk)
    assert said["title"] == "Director"
    assert {field: getattr(ada, field) for field in ("name", "title", "country", "phone")} == {
        field: said[field] for field in ("name", "title", "country", "phone")
    }


def test_two_people_are_not_asked_again_for_the_same_but_for_something_else(world, two):
    (pair,) = pairs(world)
    keep_apart(pair.one, pair.other, pair.proposals, by=world.rui, at=NOON + DAY)
    told(world, "a.brenner@acme.example", NOON + 2 * DAY, phone=BERLIN)
    assert (pairs(world), len(pairs(world, answer="different"))) == ([], 1)
    told(world, "ada@acme.example", NOON + 3 * DAY, phone="+49 170 9876543")
    told(world, "a.brenner@acme.example", NOON + 3 * DAY, phone="+49 170 9876543")
    assert [p.about for pair in pairs(world) for p in pair.proposals] == ["+491709876543"]


def test_who_answers_second_is_told(world, two):
    (pair,) = pairs(world)
    keep_apart(pair.one, pair.other, pair.proposals, by=world.rui, at=NOON)
    with pytest.raises(AlreadyAnswered, match="answered by Rui Costa meanwhile"):
        put_off(pair.proposals, at=NOON)


def test_a_merge_answers_and_parting_answers_otherwise(world, two):
    made = merge(*two, evidence={"rule": "phone"}, by=world.rui, at=NOON + DAY)
    proposal = Proposal.objects.get()
    assert (proposal.answer, proposal.merge, proposal.answered_by) == ("merged", made, world.rui)
    unmerge(made, by=world.rui, at=NOON + 2 * DAY)
    proposal.refresh_from_db()
    assert (proposal.answer, proposal.answered_at, pairs(world)) == ("different", NOON + 2 * DAY, [])
    ask_again(*two, [proposal], by=world.rui, at=NOON + 3 * DAY)
    assert len(pairs(world)) == 1
    verbs = Entry.objects.filter(verb__startswith="person.").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["person.merged", "person.parted", "person.asked_again"]


def test_put_off_comes_last_and_the_newest_day_first(world, two):
    late = told(world, "cy@acme.example", NOON + 2 * DAY, name="Cy", phone=BERLIN)
    assert [pair.other for pair in pairs(world)] == [late, two[1]]
    put_off(pairs(world)[0].proposals, at=NOON)
    assert [pair.other for pair in pairs(world)] == [two[1], late]


def test_a_pair_is_asked_about_as_whom_they_are_known_today(world, two):
    """A. Brenner was found to be Cy meanwhile: the pair is Ada and Cy, and is found by its old address."""
    cy = told(world, "cy@cy.example", name="Cy")
    (before,) = pairs(world)
    merge(cy, two[1], evidence={"rule": "told"}, by=world.rui, at=NOON + DAY)
    (pair,) = pairs(world)
    assert ({pair.one, pair.other}, pair.key) == ({two[0], cy}, before.key)
    assert found.double(world.rui, before.key).other == cy


def test_a_rep_sees_a_pair_only_if_both_are_theirs_to_see(world, two):
    assert pairs(world, "sol") == []
    Account.objects.update(owner=world.sol)
    (pair,) = pairs(world, "sol")
    Person.objects.filter(pk=two[1].pk).update(account=None)
    assert pairs(world, "sol") == []
    assert found.double(world.sol, pair.key) is None
    assert queries.person_of(world.sol, two[1].key) is None


def test_a_person_is_found_under_any_of_their_records_and_names_all_merges(world, two):
    cy = told(world, "cy@cy.example", name="Cy")
    first = merge(two[0], two[1], evidence={"rule": "phone"}, by=world.rui, at=NOON + DAY)
    second = merge(cy, two[0], evidence={"rule": "told"}, by=world.rui, at=NOON + 2 * DAY)
    assert queries.person_of(world.rui, two[1].key) == cy
    assert queries.merges(cy) == [second, first]


def test_a_page_of_pairs_reads_the_people_of_that_page_alone(world, two, django_assert_num_queries):
    """Six share one number, so the first is asked about with each other. Of three pairs all is read at once."""
    for n in range(4):
        told(world, f"p{n}@acme.example", NOON + n * DAY, name=f"P {n}", phone=BERLIN)
    every = found.doubles(world.rui)
    assert (len(every), len(every.keys)) == (5, 5)
    with django_assert_num_queries(1):
        part = every[1:4]
    assert [pair.key for pair in part] == every.keys[1:4]
    assert [pair.key for pair in every] == every.keys
    assert every[4].key == every.keys[4]
    put_off(part[0].proposals, at=NOON)
    keep_apart(part[1].one, part[1].other, part[1].proposals, by=world.rui, at=NOON)
    assert [pair.key for pair in every[1:4]] == [part[0].key, every.keys[3]], "what was answered meanwhile is left out"
    assert found.doubles(world.rui).keys == [key for key in every.keys if key not in (part[0].key, part[1].key)] + [part[0].key]


def test_what_is_open_about_a_person_is_found_from_any_of_their_records(world, two):
    cy = told(world, "cy@cy.example", name="Cy")
    merge(cy, two[1], evidence={"rule": "told"}, by=world.rui, at=NOON + DAY)
    (pair,) = found.of_person(world.rui, cy)
    assert {pair.one, pair.other} == {two[0], cy}
    assert found.of_person(world.rui, two[0])[0].key == pair.key
