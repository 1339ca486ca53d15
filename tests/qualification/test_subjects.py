"""Who is judged together, and under which version."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.qualification import subjects
from treaty.qualification.decide import Subject
from treaty.qualification.moves import How, Why, move
from treaty.truth.models import Person

pytestmark = pytest.mark.db
HOUR = timedelta(hours=1)


@pytest.fixture
def next_version(world):
    text = HALDEN.replace("after: 180 days", "after: 90 days")
    raw = signed(text)
    return Version.objects.create(
        number=2, text=text, signed_bytes=raw, hash=hash_of(raw), amends=world.version, proposed_by=world.mira, proposed_at=NOON
    )


def test_an_open_lead_is_judged_under_its_own_version_and_everybody_else_under_the_one_in_force(world, next_version):
    lead, newcomer = world.qualified(NOON), world.person("new@acme.example")
    groups = subjects.known([lead.person_id, newcomer.pk]).by_version(next_version)
    assert {version: list(some.people) for version, some in groups.items()} == {
        world.version: [lead.person_id],
        next_version: [newcomer.pk],
    }
    assert groups[next_version].leads == {}


def test_where_each_stands_is_their_lead_or_the_end_of_their_last(world):
    terms = signed_of(world.version).terms
    lead, newcomer = world.qualified(NOON), world.person("new@acme.example")
    over = world.qualified(NOON, email="old@acme.example")
    for stage in ("rejected", "disqualified"):
        move(over, stage, at=NOON + HOUR, why=Why(How.PERSON), by=world.mira)
    known = subjects.known([lead.person_id, newcomer.pk, over.person_id])
    assert [known.subject(pk, terms) for pk in (lead.person_id, newcomer.pk, over.person_id)] == [
        Subject("marketing_qualified", NOON, has_lead=True),
        Subject(terms.entry_stage),
        Subject(terms.entry_stage, NOON + HOUR),
    ]


def test_who_is_not_known_by_e_mail_or_was_merged_is_not_judged(world):
    ada, visitor = world.person(), Person.objects.create(made_at=NOON)
    merged = world.person("twin@acme.example")
    Person.objects.filter(pk=merged.pk).update(merged_into=ada)
    assert list(subjects.known([ada.pk, visitor.pk, merged.pk]).people) == [ada.pk]


def test_who_a_system_has_a_record_of_is_judged_though_no_e_mail_is_known(world):
    """A firm that is called by telephone has leads without an address."""
    caller = Person.objects.create(made_at=NOON, first_known_at=NOON)
    assert list(subjects.known([caller.pk]).people) == [caller.pk]
