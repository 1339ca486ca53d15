"""What was decided stands; where the same definition would decide otherwise by what is known today, that is said (F6)."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import SIGNED_AT
from treaty.qualification.actions import judge
from treaty.qualification.merging import merge, unmerge
from treaty.qualification.otherwise import look, otherwise
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Person, StageMove
from treaty.truth.records import PersonRecord, PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def demo(world, email, at, known_at=None):
    """They ask for a demonstration: a shortcut to marketing qualified."""
    name = f"{email} {at:%H%M}"
    record = TouchRecord(ref=PersonRef(email=email), kind="demo_request", occurred_at=at, known_at=known_at or at, message_id=name)
    absorb([record], source=world.source, received_at=max(at, known_at or at))


def judged(world, email="ada@acme.example", at=NOON):
    judge([Person.objects.get(email=email).pk], at=at)
    return Lead.objects.select_related("version", "person").get(person__email=email)


def said(lead, at=NOON + 10 * HOUR):
    return [(one.stage, one.at, one.held_at) for one in otherwise([lead], at=at)]


def test_what_is_known_as_it_was_is_not_listed(world):
    world.person()
    demo(world, "ada@acme.example", NOON)
    lead = judged(world)
    assert lead.stage == "marketing_qualified"
    assert said(lead) == []


def test_a_touch_told_late_would_have_qualified_earlier_and_the_step_stands(world):
    """The system knew it two hours before; we were told afterwards."""
    world.person()
    demo(world, "ada@acme.example", NOON)
    lead = judged(world)
    earlier = TouchRecord(
        ref=PersonRef(email="ada@acme.example"),
        kind="demo_request",
        occurred_at=NOON - 2 * HOUR,
        known_at=NOON - 2 * HOUR,
        message_id="late",
    )
    absorb([earlier], source=world.source, received_at=NOON + HOUR)
    moves = list(StageMove.objects.order_by("pk").values_list("to_stage", "at"))
    judge([lead.person_id], at=NOON + HOUR)
    assert list(StageMove.objects.order_by("pk").values_list("to_stage", "at")) == moves
    assert ("marketing_qualified", NOON, NOON - 2 * HOUR) in said(lead)


def test_who_was_qualified_by_what_somebody_else_did_would_not_be(world):
    """Ada and Bo were made one, qualified by what Bo did, and parted."""
    world.person()
    absorb([PersonRecord(ref=PersonRef(email="bo@acme.example"))], source=world.source, received_at=SIGNED_AT)
    ada, bo = (Person.objects.get(email=f"{name}@acme.example") for name in ("ada", "bo"))
    made = merge(ada, bo, evidence={"rule": "told"}, by=world.rui, at=NOON - HOUR)
    demo(world, "bo@acme.example", NOON)
    lead = judged(world)
    assert said(lead) == []
    unmerge(made, by=world.rui, at=NOON + HOUR)
    lead.refresh_from_db()
    (last, *_) = said(lead)
    assert last == ("marketing_qualified", NOON, None)
    assert lead.stage == "marketing_qualified"


def test_in_a_pass_after_another_earlier_touches_count_once_it_is_open(world):
    """Found in the demo: what was done before the last pass ended opens no new one, and counts in the one that something new opened."""
    world.person()
    for hours, kind in ((9, "page_view"), (8, "content_download"), (7, "content_download"), (6, "content_download")):
        at = NOON - hours * HOUR
        record = TouchRecord(
            ref=PersonRef(email="ada@acme.example"), kind=kind, path="/pricing", occurred_at=at, known_at=at, message_id=f"{hours}"
        )
        absorb([record], source=world.source, received_at=at)
        judge([Person.objects.get(email="ada@acme.example").pk], at=at)
    Lead.objects.update(closed_at=NOON - 5 * HOUR, stage="disqualified")
    at = NOON - 4 * HOUR
    absorb(
        [TouchRecord(ref=PersonRef(email="ada@acme.example"), kind="content_download", occurred_at=at, known_at=at, message_id="new")],
        source=world.source,
        received_at=at,
    )
    for _ in range(2):
        judge([Person.objects.get(email="ada@acme.example").pk], at=at)
    last = Lead.objects.select_related("version", "person").get(number=2)
    assert list(last.moves.order_by("pk").values_list("to_stage", flat=True)) == ["engaged", "marketing_qualified"]
    assert said(last) == []


def test_the_last_pass_of_each_is_asked_and_one_that_goes_on_in_another_is_not(world):
    world.person()
    demo(world, "ada@acme.example", NOON)
    lead = judged(world)
    assert otherwise([], at=NOON) == []
    lead.joined_to_id = lead.pk
    assert otherwise([lead], at=NOON) == []


def test_looks_go_on_behind_each_other_and_leave_nobody_out(world):
    """Five leads an hour apart, two a look: 2, 2, 1. One was moved by a person alone and is not judged again; one moved too long ago."""
    for n in range(5):
        world.person(f"p{n}@acme.example")
        demo(world, f"p{n}@acme.example", NOON + n * HOUR)
        judged(world, f"p{n}@acme.example", NOON + n * HOUR)
    StageMove.objects.filter(lead__person__email="p3@acme.example").update(how=StageMove.How.PERSON)
    Lead.objects.filter(person__email="p0@acme.example").update(stage_since=NOON - 10 * HOUR)
    after, looks = None, []
    while not looks or after is not None:
        found = look(Lead.objects.select_related("version", "person"), since=NOON, at=NOON + 9 * HOUR, after=after, most=2)
        after = found.last
        looks.append((found.looked, found.judged, after.person.email[:2] if after else None))
    assert looks == [(2, 1, "p3"), (2, 2, None)], "p4 and p3, then p2 and p1"


def test_of_a_person_with_a_later_pass_the_earlier_is_not_judged_again(world):
    world.person()
    demo(world, "ada@acme.example", NOON)
    first = judged(world)
    seen = Lead.objects.select_related("version", "person")
    assert look(seen, since=NOON, at=NOON + HOUR, most=9).judged == 1
    Lead.objects.filter(pk=first.pk).update(closed_at=NOON + HOUR)
    Lead.objects.create(
        person=first.person, number=2, stage="engaged", stage_since=NOON + 2 * HOUR, opened_at=NOON + 2 * HOUR, owner=first.owner,
        version=first.version,
    )  # fmt: skip
    assert look(seen, since=NOON, at=NOON + 3 * HOUR, most=9).judged == 0
