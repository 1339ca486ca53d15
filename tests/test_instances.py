"""New instances are as the model's constructor makes them."""

from collections import Counter

import pytest
from django.db.models.signals import post_init

from tests.conftest import NOON
from treaty.instances import fresh
from treaty.keys import ALPHABET, LENGTH, new_key
from treaty.truth.models import Account, Person, SystemRecord


@pytest.mark.parametrize(("model", "given"), [(Person, {"made_at": NOON}), (Account, {"made_at": NOON}), (SystemRecord, {"seen_at": NOON})])
def test_every_column_is_as_the_constructor_makes_it(model, given) -> None:
    quick, slow = fresh(model, **given), model(**given)
    assert type(quick) is model
    assert quick._state.adding
    assert quick._state.db is None
    assert set(quick.__dict__) == set(slow.__dict__)
    names = [field.attname for field in model._meta.concrete_fields if field.name != "key"]
    assert [getattr(quick, name) for name in names] == [getattr(slow, name) for name in names]


def test_what_is_made_anew_each_time_is_nobody_elses() -> None:
    one, other = fresh(SystemRecord, seen_at=NOON), fresh(SystemRecord, seen_at=NOON)
    one.said["title"] = ["Buyer", 0]
    assert other.said == {}
    assert fresh(Person).key != fresh(Person).key


def test_a_model_somebody_listens_to_is_made_the_slow_way() -> None:
    heard: list[object] = []

    def hear(instance: object, **_: object) -> None:
        heard.append(instance)

    post_init.connect(hear, sender=Person)
    try:
        made = fresh(Person, made_at=NOON)
    finally:
        post_init.disconnect(hear, sender=Person)
    assert heard == [made]


@pytest.mark.django_db
def test_it_is_stored_as_any_other() -> None:
    made = fresh(Person, made_at=NOON, name="Ada")
    made.save()
    assert Person.objects.get(pk=made.pk).name == "Ada"


def test_every_letter_stands_in_keys_as_often() -> None:
    """20,000 keys have 240,000 letters, 7,742 of each; the standard deviation is sqrt(240,000 / 31 * 30 / 31), 87."""
    keys = [new_key() for _ in range(20_000)]
    assert {len(key) for key in keys} == {LENGTH}
    found = Counter("".join(keys))
    assert set(found) == set(ALPHABET)
    assert all(abs(count - 7742) < 6 * 87 for count in found.values())
