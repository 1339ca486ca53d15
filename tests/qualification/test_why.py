"""Why a lead is where it is, in the agreement's own words, by the one evaluator."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.cli.why import as_data, as_lines, lead_named
from treaty.qualification.actions import judge
from treaty.qualification.why import why
from treaty.truth.actions import absorb
from treaty.truth.models import Lead
from treaty.truth.records import PersonRef, TouchRecord

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
QUALIFIED = NOON + 2 * DAY


def touched(world, kind, at, content="", path=""):
    ref = PersonRef(email="ada@acme.example")
    record = TouchRecord(ref=ref, kind=kind, occurred_at=at, known_at=at, message_id=f"{kind}{at}", content=content, path=path)
    absorb([record], source=world.source, received_at=at)


@pytest.fixture
def lead(world):
    """Three downloads and a look at prices: qualified by the definition with the third download."""
    person = world.person()
    touched(world, "page_view", NOON, path="/pricing")
    for n in range(3):
        touched(world, "content_download", NOON + n * DAY, f"guide-{n}")
        judge([person.pk], at=NOON + n * DAY)
    return Lead.objects.select_related("person", "version").get()


def clause(way, starts):
    return next(node for node in way.clause.walk() if node.says.startswith(starts))


def test_what_brought_it_here_is_told_as_it_stood_then(lead):
    found = why(lead, QUALIFIED + 200 * DAY)
    assert (found.stage, lead.stage_since) == ("marketing_qualified", QUALIFIED)
    (way,) = found.reached
    assert (way.stage, way.way, way.at, way.holds) == ("marketing_qualified", "enter", QUALIFIED, True)
    downloads = clause(way, "at least 3 content downloads in the last 30 days")
    assert (downloads.holds, downloads.found) == (True, "3 of 3")
    assert [cause.at for cause in downloads.causes] == [NOON, NOON + DAY, NOON + 2 * DAY]
    assert downloads.next_at == NOON + 30 * DAY  # the first of the three is exactly 30 days old: it no longer counts
    assert clause(way, "a company of 50 or more people").found == "240"


def test_a_clause_within_none_serves_by_not_holding(lead):
    (way,) = why(lead, QUALIFIED).reached
    free = clause(way, "an e-mail address of a free provider")
    assert (free.holds, free.serves, free.is_wanted) == (False, True, False)


def test_what_would_take_it_on_is_told_as_it_stands_now(world):
    person = world.person()
    touched(world, "content_download", NOON, "guide")
    judge([person.pk], at=NOON)
    found = why(Lead.objects.select_related("person", "version").get(), NOON + MINUTE)
    assert [way.stage for way in found.reached] == ["engaged"]
    ways = {way.way: way for way in found.ahead}
    assert set(ways) == {"enter", "shortcut"}
    assert clause(ways["enter"], "at least 3 content downloads").found == "1 of 3"
    assert not ways["enter"].holds
    assert clause(ways["shortcut"], "a score for engagement").found == "0 of 60 points"


def test_unknown_values_are_named(world):
    person = world.person("eve@nowhere.example", seniority="", title="")
    absorb(
        [TouchRecord(ref=PersonRef(email="eve@nowhere.example"), kind="content_download", occurred_at=NOON, message_id="m")],
        source=world.source,
        received_at=NOON,
    )
    judge([person.pk], at=NOON)
    ways = {way.way: way for way in why(Lead.objects.select_related("person", "version").get(), NOON).ahead}
    unknown = [node.unknown for node in ways["enter"].clause.walk() if node.unknown]
    assert unknown == ["employees", "seniority"]  # nobody told how large her company is, nor what she does there


def test_the_command_says_it_in_words_and_as_data(lead):
    found = why(lead_named("Ada@acme.example"), QUALIFIED)
    lines = "\n".join(as_lines(found))
    assert lines.startswith("Ada Brenner is marketing qualified since 2026-03-12 12:00 UTC, under agreement version 1.")
    assert "  holds     All of these" in lines
    assert "2026-03-10 12:00 UTC  Downloaded guide-0" in lines
    data = as_data(found)
    assert (data["lead"], data["version"], data["since_at"]) == (lead.key, 1, "2026-03-12T12:00:00Z")
    assert data["reached"][0]["clause"]["holds"] is True


def test_a_lead_that_is_not_there_is_named_with_the_way_out(db):
    with pytest.raises(LookupError, match=r"no lead is called 'nobody': give its key"):
        lead_named("nobody")
