"""The parts of the brief, from plain data: every sentence expected here was written by hand."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.conftest import NOON
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.handoff.brief import ASKED, PARTS, Colleague, Material, Seen, write
from treaty.handoff.material import gather
from treaty.truth.actions import absorb
from treaty.truth.models import Content, Lead, Objection, Person
from treaty.truth.records import PersonRef, TouchRecord

TERMS = load(HALDEN).terms
GUIDE = {"downtime-guide": {"title": "What an hour of downtime costs", "objection": "integration effort", "journey_stage": "awareness"}}
AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(number, kind="page_view", **more):
    """Touch `number`, so many days before NOON."""
    return Seen(id=number, kind=kind, at=AT - number * DAY, **more)


def read(number, slug="downtime-guide", **more):
    return seen(number, "content_download", content=slug, **more)


def material(*touches, **more):
    return Material(**{"stage": "marketing_qualified", "touches": touches, **more})


def part(name, *touches, **more):
    return PARTS[name](material(*touches, **more))


def says(name, *touches, **more):
    return [line["says"] for line in part(name, *touches, **more)]


def test_their_own_words_are_the_problem_and_are_quoted():
    found = part("problem", read(1), seen(2, "demo_request", message="Our line stops\n twice  a week."))
    assert found == [{"says": "Our line stops twice a week.", "quoted": True, "touches": [2]}]


def test_a_message_of_blanks_is_no_problem():
    assert part("problem", seen(1, "demo_request", message="  \n ")) == []


def test_without_words_of_theirs_the_problem_is_what_they_read_most():
    three = [read(1), read(2), read(3), read(4, "other")]
    assert says("problem", *three, contents=GUIDE) == ["Reads about integration effort: “What an hour of downtime costs”, 3 times"]
    assert part("problem", *three)[0]["touches"] == [1, 2, 3]
    assert says("problem", read(1), read(2), contents={"downtime-guide": {"title": "Guide"}}) == ["Came back to “Guide”, 2 times"]
    assert says("problem", read(1, title="The guide")) == ["Read “The guide”"]


def test_where_they_are_is_the_journey_of_the_agreement():
    parts, _ = write(material(), TERMS)
    assert [line["says"] for line in parts["journey_stage"]] == ["In consideration, by stage marketing qualified"]
    assert part("journey_stage") == []


def test_the_last_touch_is_the_newest():
    found = part("last_touch", seen(0, says="Viewed /pricing"), seen(3, says="Attended “Uptime”"))
    assert found == [{"says": "Viewed /pricing", "at": "2026-03-10T12:00:00+00:00", "touches": [0]}]
    assert part("last_touch") == []


def test_the_source_is_the_first_touch_that_there_was():
    latest = seen(1, channel="email", campaign="spring")
    assert says("source", latest, seen(9, channel="paid_search", campaign="uptime")) == ["First came by paid search · uptime"]
    assert says("source", latest, first=seen(400, channel="event")) == ["First came by event"]
    assert says("source", latest, first=seen(400, channel="ai_assistant")) == ["First came by AI assistant"]


def test_without_a_channel_the_stated_source_is_said():
    assert says("source", seen(1), source="trade_fair") == ["Lead source: trade fair"]
    assert says("source", source="trade_fair") == ["Lead source: trade fair"]
    assert part("source", seen(1)) == []


def test_content_is_named_once_newest_first_and_six_at_most():
    found = part("content", read(1), read(2, "b"), read(3), *(read(n, f"c{n}") for n in range(4, 12)), contents=GUIDE)
    assert [line["says"] for line in found] == ["What an hour of downtime costs", "b", "c4", "c5", "c6", "c7"]
    assert found[0]["touches"] == [1]


def test_intent_names_the_strongest_signs_with_how_often():
    touches = [seen(1, "webinar_attended"), seen(2, path="/Pricing/eu"), seen(3, "demo_request"), seen(4, path="/pricing"), seen(5)]
    assert says("intent", *touches) == ["Asked for a demonstration", "Looked at prices, 2 times", "Attended a webinar"]
    assert part("intent", *touches)[1]["touches"] == [2, 4]
    assert part("intent", seen(1), seen(2, "email_open")) == []


def test_of_many_signs_four_are_said():
    assert len(part("intent", *(seen(n, kind) for n, kind in enumerate(ASKED)))) == 4


def test_the_buying_group_is_six_people_with_their_roles():
    group = [Colleague(f"k{n}", f"Person {n}", "CFO", "economic_buyer", 9 - n, AT if n == 0 else None) for n in range(8)]
    found = part("buying_group", colleagues=group)
    assert len(found) == 6
    assert found[0] == {
        "says": "Person 0", "title": "CFO", "role": "economic buyer", "touches_count": 9, "people": ["k0"],
        "at": "2026-03-10T12:00:00+00:00",
    }  # fmt: skip
    assert found[1]["at"] == ""


def test_objections_heard_come_before_those_that_are_likely():
    assert part("objections", read(1), contents=GUIDE, objections=[("Too dear for us", "price")]) == [
        {"says": "Too dear for us", "theme": "price", "quoted": True}
    ]
    assert part("objections", read(1), contents=GUIDE) == [{"says": "May ask about integration effort", "likely": True}]
    assert part("objections", read(1)) == []


@pytest.mark.parametrize("kind", ["demo_request", "meeting_request", "callback_request", "contact_request", "quote_request", "trial_start"])
def test_whoever_asked_for_us_is_called_now(kind):
    (line,) = part("next_action", seen(1, path="/pricing"), seen(2, kind))
    assert line["says"] == "Call now: they asked for you. Offer two times this week."


def test_the_opening_names_what_they_read_last():
    (line,) = part("next_action", read(1, "b"), read(2), contents=GUIDE | {"b": {"title": "The second guide"}})
    assert line == {
        "says": "Call; if nobody answers, write two lines that name what they read.",
        "opening": "You read “The second guide”. What are you trying to solve with it?",
    }
    (line,) = part("next_action", seen(1, path="/pricing"))
    assert line == {"says": "Call, and ask which line or site they are pricing for.", "opening": "What made you look at us just now?"}


def test_words_of_others_stay_on_one_line_and_are_cut():
    hostile = "<script>alert(1)</script>\r\n" + "x" * 400
    (problem,) = part("problem", seen(1, "demo_request", message=hostile))
    assert problem["says"] == "<script>alert(1)</script> " + "x" * 273 + "…"  # 300 letters: 25 + 1 + 273 + 1; the page escapes them
    (content,) = part("content", read(1, title="y" * 500))
    assert content["says"] == "y" * 159 + "…"


def test_parts_come_as_agreed_and_completeness_is_the_share_that_says_something():
    terms = SimpleNamespace(journey={}, handoff=SimpleNamespace(brief=["objections", "last_touch", "content"]))
    parts, complete = write(material(seen(1, says="Viewed /")), terms)
    assert (list(parts), complete) == (["objections", "last_touch", "content"], 0.3333)
    assert write(material(), SimpleNamespace(journey={}, handoff=SimpleNamespace(brief=[]))) == ({}, 1.0)


def test_of_somebody_nobody_knows_only_the_stage_and_the_call_are_said():
    parts, complete = write(material(), TERMS)
    assert [name for name, lines in parts.items() if lines] == ["journey_stage", "next_action"]
    assert complete == 0.2222  # 2 of 9


@pytest.fixture
def lead(world):
    return world.qualified(NOON)


def send(world, email, number, at, **more):
    record = TouchRecord(ref=PersonRef(email=email), occurred_at=at, message_id=f"m{number}", **{"kind": "page_view", **more})
    absorb([record], source=world.source, received_at=at)


@pytest.mark.db
def test_only_what_was_known_by_then_is_gathered(world, lead):
    world.person("bob@acme.example", name="Bob")
    send(world, "ada@acme.example", 1, NOON, path="/early")
    send(world, "bob@acme.example", 2, NOON)
    for number in (3, 4):
        send(world, ("ada", "bob")[number - 3] + "@acme.example", number, NOON + DAY, path="/late")
    Objection.objects.create(person=lead.person, text="Too late", at=NOON + DAY)
    found = gather([(lead, NOON)])[lead.pk]
    assert [touch.path for touch in found.touches] == ["/early"]
    assert [(one.name, one.touches, one.last_at) for one in found.colleagues] == [("Bob", 1, NOON)]
    assert found.objections == []


@pytest.mark.db
def test_a_slug_in_capitals_is_the_same_content(world, lead):
    Content.objects.create(slug="downtime-guide", title="What an hour of downtime costs", made_at=NOON)
    send(world, "ada@acme.example", 1, NOON, kind="content_download", content="Downtime-Guide")
    found = gather([(lead, NOON)])[lead.pk]
    assert says("content", *found.touches, contents=found.contents) == ["What an hour of downtime costs"]
    assert found.touches[0].says == "Downloaded “What an hour of downtime costs”"


@pytest.mark.db
def test_the_first_touch_of_a_long_history_is_found_in_six_queries(world, lead, django_assert_max_num_queries):
    touches = [
        TouchRecord(
            ref=PersonRef(email="ada@acme.example"), kind="page_view", message_id=f"m{n}", occurred_at=NOON - (n + 1) * DAY / 24,
            channel="event" if n == 229 else "email", content="Guide",
        )
        for n in range(230)
    ]  # fmt: skip
    absorb(touches, source=world.source, received_at=NOON)
    lead = Lead.objects.select_related("person__account").get(pk=lead.pk)
    with django_assert_max_num_queries(6):
        found = gather([(lead, NOON)])[lead.pk]
    assert len(found.touches) == 200
    assert says("source", *found.touches, first=found.first) == ["First came by event"]
    assert Person.objects.count() == 1
