"""Writing many rows: the same rows in the database as Django's own way writes, in fewer statements."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from tests.conftest import NOON
from treaty import bulk
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.models import Fact, Identity, Person, StageMove, Touch

pytestmark = pytest.mark.db
HARD = 'O\'Neill; "x" 100 % %s \\ 日本 \u200b'


def person(n):
    return Person(email=f"p{n}@acme.example", name=HARD, made_at=NOON + timedelta(microseconds=n), first_known_at=None)


def touch(world, who, n, **more):
    return Touch(
        source=world.source, message_id=f"m{n}", person=who, seen_as=who, occurred_at=NOON, known_at=NOON, received_at=NOON, **more
    )


def columns(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in ("id", "key")}


def test_every_kind_of_value_is_stored_as_django_stores_it(world):
    ada = bulk.insert([person(1)])[0]
    values = {"title": HARD, "fields": {"message": HARD, "n": 1.5, "none": None}, "channel": "email"}
    ours = bulk.insert([touch(world, ada, 1, **values)])[0]
    theirs = Touch.objects.create(**{**columns(touch(world, ada, 1, **values)), "message_id": "m2"})
    mine, his = (columns(Touch.objects.get(pk=row.pk)) for row in (ours, theirs))
    assert mine | {"message_id": ""} == his | {"message_id": ""}
    shared = {"subject": Fact.Subject.PERSON, "subject_id": ada.pk, "source": world.source}
    when = {"occurred_at": NOON, "known_at": NOON, "received_at": NOON}
    facts = [Fact(field="a", number=1.25, assumed=True, **shared, **when), Fact(field="b", text="", **shared, **when)]
    bulk.insert(facts)
    assert list(Fact.objects.filter(subject_id=ada.pk, field__in="ab").order_by("field").values_list("text", "number", "assumed")) == [
        (None, 1.25, True), ("", None, False)
    ]  # fmt: skip


def test_rows_know_their_number_and_their_place_in_a_relation(world):
    people = bulk.insert(person(n) for n in range(3))
    assert [Person.objects.get(pk=p.pk).email for p in people] == ["p0@acme.example", "p1@acme.example", "p2@acme.example"]
    people[0].name = "Ada"
    people[0].save()
    assert Person.objects.get(pk=people[0].pk).name == "Ada"
    bulk.insert(Identity(person=p, kind="email", space="", value=p.email) for p in people)
    assert Identity.objects.get(value="p2@acme.example").person == people[2]


def test_rows_given_as_values_are_stored_as_instances_are(world):
    ada = bulk.insert([person(1)])[0]
    values = {"title": HARD, "fields": {"message": HARD, "n": 1.5}, "channel": "email"}
    whole = touch(world, ada, 1, **values)
    names = [field.attname for field in Touch._meta.concrete_fields if field.name != bulk.NUMBER]
    given = [[getattr(whole, name) for name in names], [getattr(touch(world, ada, 2, **values), name) for name in names]]
    numbers = bulk.insert_values(Touch, names, given)
    first, second = (Touch.objects.get(pk=number) for number in numbers)
    assert columns(first) == columns(whole)
    assert columns(second) == columns(whole) | {"message_id": "m2"}
    assert bulk.insert_values(Touch, names, []) == []


def test_what_is_read_bare_is_as_the_database_holds_it(world):
    ada = bulk.insert([person(1)])[0]
    bulk.insert([touch(world, ada, 1, channel=HARD)])
    asked = Touch.objects.filter(person=ada).values_list("message_id", "source__name", "occurred_at", "channel")
    assert bulk.read(asked) == [("m1", world.source.name, to_us(NOON), HARD)]
    assert bulk.read(asked.filter(pk__in=[])) == []


def test_more_rows_than_one_statement_takes(world, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(bulk, "VALUES", len(bulk._names(Person)) * 4)
    with django_assert_num_queries(3):
        people = bulk.insert(person(n) for n in range(10))
    assert [p.email for p in Person.objects.filter(pk__in=[p.pk for p in people]).order_by("pk")] == [
        f"p{n}@acme.example" for n in range(10)
    ]
    assert bulk.insert([]) == []


def test_what_a_constraint_forbids_fails_whole_or_is_left_out(world):
    ada = bulk.insert([person(1)])[0]
    bulk.insert([touch(world, ada, 1)])
    bulk.insert([touch(world, ada, 1), touch(world, ada, 2)], ignore_conflicts=True)
    assert Touch.objects.filter(person=ada).count() == 2
    with pytest.raises(IntegrityError):
        bulk.insert([touch(world, ada, 3), touch(world, ada, 1)])


def test_the_fields_named_are_written_and_no_others(world):
    people = bulk.insert(person(n) for n in range(2))
    for one in people:
        one.name, one.title, one.first_known_at = "new", "new", NOON
    bulk.update(people, ["name", "first_known_at"])
    assert (
        list(Person.objects.filter(pk__in=[p.pk for p in people]).values_list("name", "title", "first_known_at")) == [("new", "", NOON)] * 2
    )


def test_every_model_written_in_bulk_gets_its_number_from_the_database():
    for model in (Person, Touch, Fact, Identity, StageMove, Member):
        assert [f.name for f in model._meta.concrete_fields if f.primary_key] == [bulk.NUMBER]
