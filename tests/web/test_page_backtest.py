"""The back-test as a page: the figures of two documents beside each other, who is named, files, waiting, and what to do where there is
nothing to replay. The small company is that of the command's tests."""

import json
import re
from csv import DictReader
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from itertools import count

import pytest
from form_fields import fields_of
from web_doors import Door
from web_funnel import text

from tests.conftest import NOON
from tests.world import HALDEN
from treaty.agreement import actions
from treaty.agreement.models import Draft
from treaty.feedback.actions import accept
from treaty.handoff.actions import hand_over
from treaty.qualification.actions import judge
from treaty.truth.actions import absorb
from treaty.truth.models import Fact, Lead, Opportunity, Person
from treaty.truth.records import PersonRef, TouchRecord
from treaty.web import awaited
from treaty.web.pages.agreement import backtest_lately

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHORTCUT = "      - touches: {kind: demo_request}\n"
WEBINARS = HALDEN.replace(SHORTCUT, SHORTCUT + "      - touches: {kind: webinar_attended}\n")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Work is done where it is asked for: another thread would not see the rows of a test."""
    monkeypatch.setattr(awaited, "start", lambda run: run())
    awaited.forget()
    yield
    awaited.forget()


def touch(world, email, kind, at):
    record = TouchRecord(ref=PersonRef(email=email), kind=kind, occurred_at=at, known_at=at, message_id=f"{email} {kind} {at}")
    absorb([record], source=world.source, received_at=at)
    judge([Person.objects.get(email=email).pk], at=at)


@pytest.fixture
def company(world, lake):
    """Ada asked for a demonstration thirty days ago, was accepted a day later, and her deal of twenty days ago was won ten days ago; Ben
    attended a webinar and was never handed over; Cleo asked for a demonstration today."""
    for name in ("ada", "ben", "cleo"):
        world.person(f"{name}@acme.example", name=name.title())
    touch(world, "ada@acme.example", "demo_request", NOON - 30 * DAY)
    lead = Lead.objects.get()
    accept(hand_over(lead, at=NOON - 30 * DAY), by=world.sam, at=NOON - 29 * DAY)
    Opportunity.objects.create(
        name="Acme: sensors", lead=lead, account=lead.person.account, owner=world.sam, amount=Decimal(12000), currency="EUR", outcome="won",
        opened_at=NOON - 20 * DAY, closed_at=NOON - 10 * DAY, received_at=NOON - 10 * DAY,
    )  # fmt: skip
    touch(world, "ben@acme.example", "webinar_attended", NOON - 5 * DAY)
    touch(world, "cleo@acme.example", "demo_request", NOON)
    lake.export(NOON + HOUR)
    return world


def drafted(world, words=WEBINARS):
    return actions.save_draft(words, by=world.mira, at=NOON)


def door(world, name="mira"):
    return Door(world.members[name], NOON + HOUR)


def page_of(draft, query=""):
    return f"/agreement/draft/{draft.key}/backtest/{query}"


def table(mine, path):
    return list(DictReader(StringIO(mine.get(path).getvalue().decode())))


def test_the_headline_is_the_sentence_of_the_command(company):
    read = text(door(company), page_of(drafted(company)))
    assert "3 people would have qualified under the draft, 2 under version 1: 1 more" in read
    assert "Both find 2; the draft alone finds 1, version 1 alone 0." in read
    assert "Of the 1 only the draft finds nobody in sales ever worked 1 (100%): what would have become of them is unknown." in read
    assert "On day one" in read


def test_figures_stand_beside_each_other_with_their_range(company):
    """Of those answered sales accepted Ada, 1 of 1; Wilson's range of that is 20.7% to 100%."""
    mine, draft = door(company), drafted(company)
    assert "100% 1 of 1, 21% to 100% 100% 1 of 1, 21% to 100%" in text(mine, page_of(draft))
    rows = {row["Figure"]: row for row in table(mine, page_of(draft, "?table=figures&format=csv"))}
    assert (rows["people found"]["The draft"], rows["people found"]["Version 1"]) == ("3", "2")
    accepted = rows["sales accepted, of those answered"]
    assert (accepted["The draft"], accepted["The draft, of"]) == ("1", "1")
    assert float(accepted["The draft, from"]) == pytest.approx(0.2065, abs=1e-3)


def test_whom_only_one_finds_is_named_with_the_way_to_their_records(company):
    mine, draft = door(company), drafted(company)
    ben = Person.objects.get(email="ben@acme.example")
    page = mine.says(page_of(draft))
    assert f'href="/people/{ben.key}/">Ben' in page
    people = page_of(draft, "people/?who=only_new")
    assert people.replace("?", "?") in page
    assert f'href="/people/{ben.key}/">Ben' in mine.says(people)
    assert "1 person found by the draft and not by version 1" in text(mine, people)
    assert [row["Person"] for row in table(mine, page_of(draft, "people/?who=both&format=csv"))] == ["Cleo", "Ada"]
    assert [row["Person"] for row in table(mine, page_of(draft, "people/?who=new&format=csv"))] == ["Cleo", "Ben", "Ada"]


def test_the_last_deals_name_the_person_the_moment_and_the_clause(company):
    mine, draft = door(company), drafted(company)
    deal = Opportunity.objects.get()
    page = mine.says(page_of(draft))
    assert f'href="/opportunities/{deal.key}/">Acme: sensors' in page
    read = text(mine, page_of(draft))
    assert "The deals won last: 1 of 1 would have been found in time" in read
    assert "10 days before it was opened" in read
    assert "Because of at least one request for a demonstration (1 of 1)." in read
    assert "No deal was lost yet" in read


def test_weeks_are_drawn_with_what_they_say(company):
    """Four whole weeks, in one of which Ben would have qualified: a quarter of a lead each."""
    mine, draft = door(company), drafted(company)
    drawn = mine.get(page_of(draft, "?chart=weeks&format=svg")).content.decode()
    assert "Leads in a whole week, on average: 0.2 under the draft, 0.0 under version 1" in " ".join(drawn.split())
    rows = table(mine, page_of(draft, "?table=weeks&format=csv"))
    assert [(row["Week of"], row["The draft"], row["Version 1"], row["Whole week"]) for row in rows] == [
        ("2026-03-09", "1", "1", "false"), ("2026-03-02", "1", "0", "true"), ("2026-02-23", "0", "0", "true"),
        ("2026-02-16", "0", "0", "true"), ("2026-02-09", "0", "0", "true"), ("2026-02-02", "1", "1", "false"),
    ]  # fmt: skip


def test_beside_nothing_and_of_another_stage(company):
    mine, draft = door(company), drafted(company)
    read = text(mine, page_of(draft, "?against=none"))
    assert "3 people would have qualified" in read
    assert "Whom only one of them finds" not in read
    assert "1 person would have qualified under the draft, 1 under version 1: as many" in text(mine, page_of(draft, "?stage=engaged"))


def test_values_that_are_assumed_are_left_out_where_that_is_asked_for(company, lake):
    """By whoever employs 50 and more Ben would qualify with his webinar; that Acme does is only assumed from when it was told."""
    asked = "      - all: [{touches: {kind: webinar_attended}}, {account: {employees: {at_least: 50}}}]\n"
    mine, draft = door(company), drafted(company, HALDEN.replace(SHORTCUT, asked))
    Fact.objects.update(assumed=True)
    lake.export(NOON + 2 * HOUR)
    assert "1 person would have qualified" in text(mine, page_of(draft))
    assert "1 entry rests on values of which it is only assumed" in text(mine, page_of(draft))
    assert "0 people would have qualified" in text(mine, page_of(draft, "?assumed=without"))
    assert table(mine, page_of(draft, "people/?who=new&assumed=without&format=csv")) == []


def test_all_of_it_as_data_is_what_the_command_prints(company):
    data = json.loads(door(company).get(page_of(drafted(company), "?format=json")).content)
    assert (data["new"]["all"]["people"], data["overlap"]["only_new"], data["old"]["name"]) == (3, 1, "version 1")


def test_a_version_has_the_same_page_for_everybody_and_a_rep_reads_no_strangers_name(company):
    """Sol owns nobody of Acme: the figures are the same, the people are a colleague's."""
    company.person("dora@other.example")
    page = door(company, "sol").says("/agreement/versions/1/backtest/?against=none")
    assert "2 people would have qualified" in page
    assert "Acme: sensors" not in page
    assert "a colleague&#x27;s opportunity" in page
    rep, at = door(company, "sol"), "/agreement/versions/1/backtest/"
    for taken in (f"{at}?against=none&format=json", f"{at}?against=none&table=won&format=csv", f"{at}people/?against=none&format=csv"):
        answer = rep.get(taken)
        told = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert "Ada" not in told
        assert "Acme" not in told
    assert "Ada" not in text(rep, f"{at}people/?against=none")
    assert "Ada" in text(door(company), "/agreement/versions/1/backtest/people/?against=none")


def test_before_anything_can_be_replayed_the_next_step_is_said(world, lake):
    draft = drafted(world)
    assert "Figures follow within a minute" in text(door(world), page_of(draft))
    lake.export(NOON)
    read = text(door(world), page_of(draft))
    assert "Nothing happened yet that could be replayed" in read
    assert "Import what happened" in read
    Draft.objects.filter(pk=draft.pk).update(text=HALDEN.replace("model: w_shaped", "model: w_shapd"))
    read = text(door(world), page_of(draft))
    assert "The draft cannot be replayed yet" in read
    assert "one thing to correct first" in read


def test_a_stage_the_version_does_not_have_is_compared_with_nothing(company):
    """The draft gives `engaged` another name: version 1 has no definition of it."""
    read = text(door(company), page_of(drafted(company, WEBINARS.replace("engaged", "warm")), "?stage=warm"))
    assert "version 1 has no definition of" in read.lower()
    assert "Compare with nothing" in read


def test_a_long_replay_says_so_and_goes_on(company, monkeypatch):
    """Until it is done the page asks again; then it is opened anew."""
    waiting = []
    monkeypatch.setattr(awaited, "start", waiting.append)
    monkeypatch.setattr(awaited, "WAIT", 0)
    mine, draft = door(company), drafted(company)
    page = mine.says(page_of(draft))
    assert "Replaying the draft over all that happened" in page
    assert f'hx-get="{page_of(draft)}"' in page
    part = mine.get(page_of(draft), **{"HX-Request": "true"})
    assert ("HX-Refresh" in part, "<html" in part.content.decode()) == (False, False)
    assert len(waiting) == 1  # the second look began nothing
    waiting.pop()()
    assert mine.get(page_of(draft), **{"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "3 people would have qualified" in mine.says(page_of(draft))


def test_a_long_replay_that_fails_opens_the_page_anew_to_say_why(world, lake, monkeypatch):
    """Each look at the clock is a second later: it failed after one, and is not tried again for ten."""
    lake.export(NOON)
    waiting, seconds = [], count()
    monkeypatch.setattr(awaited, "start", waiting.append)
    monkeypatch.setattr(awaited, "WAIT", 0)
    monkeypatch.setattr(awaited.time, "monotonic", lambda: float(next(seconds)))
    mine, draft = door(world), drafted(world)
    assert "Replaying the draft" in mine.says(page_of(draft))
    waiting.pop()()
    assert mine.get(page_of(draft), **{"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "Nothing happened yet that could be replayed" in text(mine, page_of(draft))
    assert waiting == []


def test_the_way_to_it_is_on_the_draft_the_proposal_and_the_version(company):
    mine, draft = door(company), drafted(company)
    for path in ("", "parts/", "saves/", "proposal/"):
        assert page_of(draft) in mine.says(f"/agreement/draft/{draft.key}/{path}")
    assert "/agreement/versions/1/backtest/" in mine.says("/agreement/versions/1/")


# While it is written


def lately(draft, part="stages"):
    return f"/agreement/draft/{draft.key}/parts/{part}/lately/"


def written(mine, draft, part="stages", **changes):
    fields = fields_of(mine.says(f"/agreement/draft/{draft.key}/parts/{part}/"), "part")
    return {**fields, **{field.replace("__", "."): value for field, value in changes.items()}}


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()).replace("\u00a0", " ")


def test_beside_the_form_stands_what_the_draft_would_have_found_lately(company):
    """The first touch was thirty days ago: three people are 0.7 a week, two are 0.5."""
    mine, draft = door(company), drafted(company)
    said = words(mine.post(lately(draft), written(mine, draft)))
    assert "People found 3 2" in said
    assert "A week 0.7 0.5" in said
    assert "Found by both 2 the same" in said
    assert "By it alone 1 0" in said
    assert page_of(draft) in mine.post(lately(draft), written(mine, draft)).content.decode()


def test_it_follows_what_is_written_and_not_saved(company):
    """Without the kind of touch that Ben brought, the draft finds whom the version finds."""
    mine, draft = door(company), drafted(company)
    fields = written(mine, draft)
    [webinar] = [name for name, value in fields.items() if value == ["webinar_attended"] and "shortcuts" in name]
    assert "People found 2 2" in words(mine.post(lately(draft), {**fields, webinar: "never_heard_of"}))
    draft.refresh_from_db()
    assert draft.text == WEBINARS


def test_a_fault_says_nothing_new(company):
    mine, draft = door(company), drafted(company)
    fields = written(mine, draft)
    [within] = [name for name, value in fields.items() if value == ["180 days"]]
    assert mine.post(lately(draft), {**fields, within: "soon"}).status_code == 204
    assert mine.post(lately(draft, "goals"), written(mine, draft, "goals")).status_code == 204


def test_looks_of_a_short_while_are_at_the_same_data(company, lake, monkeypatch):
    """Dora is exported a minute later: she is counted three minutes after the first look, not before."""
    now = [1000.0]
    monkeypatch.setattr(backtest_lately.time, "monotonic", lambda: now[0])
    mine, draft = door(company), drafted(company)
    assert "People found 3 2" in words(mine.post(lately(draft), written(mine, draft)))
    company.person("dora@acme.example", name="Dora")
    touch(company, "dora@acme.example", "demo_request", NOON + 2 * HOUR)
    lake.export(NOON + 3 * HOUR)
    now[0] += 179
    assert "People found 3 2" in words(mine.post(lately(draft), written(mine, draft)))
    now[0] += 1
    assert "People found 4 3" in words(mine.post(lately(draft), written(mine, draft)))


def test_what_takes_long_is_asked_for_again(company, monkeypatch):
    waiting = []
    monkeypatch.setattr(awaited, "start", waiting.append)
    monkeypatch.setattr(backtest_lately, "WAIT", 0)
    mine, draft = door(company), drafted(company)
    first = mine.post(lately(draft), written(mine, draft)).content.decode()
    assert "The last quarter is being counted." in first
    assert 'hx-trigger="load delay:1s"' in first
    waiting.pop()()
    assert "People found 3 2" in words(mine.post(lately(draft), written(mine, draft)))


def test_the_forms_of_what_is_replayed_ask_for_it(company):
    mine, draft = door(company), drafted(company)
    for part in ("stages", "profile", "handoff"):
        assert f'hx-post="{lately(draft, part)}"' in mine.says(f"/agreement/draft/{draft.key}/parts/{part}/")
    assert "lately/" not in mine.says(f"/agreement/draft/{draft.key}/parts/goals/")
