"""The meeting's page: prepared from the data, ended with decisions."""

import csv
import re
from datetime import date, timedelta
from html import unescape
from io import StringIO

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback.actions import accept, dispute, reject
from treaty.feedback.contact import hear
from treaty.feedback.models import Dispute
from treaty.rhythm.models import Meeting, Resolution
from treaty.sla.actions import refresh, start
from treaty.sla.watch import tick
from treaty.truth.models import Campaign, Lead
from treaty.web.pages.week.changes import opened_words

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = NOON + 3 * DAY
"""The next meeting is on Tuesday 17 March and looks at 10 to 16 March."""


def text(door, path="/week/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def handed(world, email, at=NOON):
    made = world.handed_over(at, email)
    start(made)
    return made


@pytest.fixture
def company(world, lake):
    """This week: three qualified, one accepted, one rejected and disputed, one without a first contact; last week: one."""
    handed(world, "early@acme.example", NOON - 7 * DAY)
    taken, given_back, _ = handed(world, "ada@acme.example"), handed(world, "bo@acme.example"), handed(world, "cy@acme.example")
    accept(taken, by=taken.owner, at=NOON + HOUR)
    answer = reject(given_back, "no_budget", by=given_back.owner, at=NOON + HOUR, note="No money before summer.")
    for handoff in (taken, given_back):
        refresh(handoff)
    dispute(answer, "She asked for prices the day after.", by=world.mira, at=NOON + DAY)
    for _ in range(20):
        if not tick(at=FRIDAY):
            break
    lake.export(FRIDAY)
    return world


def test_the_title_is_the_finding(company):
    page = text(Door(company.mira, FRIDAY))
    assert "Lead-quality sync, Tuesday 17 March 2026, 09:30 to 10:00" in page
    assert "Three leads qualified, two more than the week before;" in page
    assert "10 to 16 March, under version 1. Marketing leads." in page


def test_what_changed_has_the_week_before_beside_it(company):
    page = text(Door(company.sam, FRIDAY))
    assert "3 leads qualified, 1 in the week before." in page
    assert "Sales accepted 1 of 2 leads it decided on; there were none the week before. One came back." in page


def test_the_first_contacts_of_the_week_open_the_cases_of_those_days(company):
    door = Door(company.sam, FRIDAY)
    in_time, due, path = re.search(r'href="(/promises/first-contact/[^"]*)"[^>]*>(\d+) of (\d+)<', door.says("/week/")).group(2, 3, 1)
    assert path == "/promises/first-contact/?from=2026-03-10&amp;to=2026-03-16"
    page = text(door, unescape(path))
    assert f"{in_time} of {due} kept from 10 to 16 March" in page  # before: those of the whole month
    body = b"".join(door.get(f"{unescape(path)}&format=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(body)))
    assert sum(row["Standing"] in ("kept", "not kept") for row in rows) == int(due)


@pytest.mark.parametrize(
    ("n", "by_marketing", "says"),
    [
        (1, 0, " was opened in one opportunity, none found by marketing; "),
        (3, 2, " was opened in three opportunities, two found by marketing; "),
    ],
)
def test_what_was_opened_is_a_sentence_whatever_marketing_found(n, by_marketing, says):
    assert opened_words(n, by_marketing) == says


def test_another_week_is_another_address(company):
    page = text(Door(company.sam, FRIDAY), "/week/?on=2026-03-10")
    assert "One lead qualified, none the week before;" in page
    assert "Tuesday 10 March 2026" in page
    assert text(Door(company.sam, FRIDAY), "/week/?on=nonsense").startswith(text(Door(company.sam, FRIDAY))[:200])


def test_promises_of_both_sides_that_were_not_kept_are_listed(company):
    page = text(Door(company.mira, FRIDAY))
    part = page[page.index("2 Promises not kept") : page.index("3 Leads that came back")]
    assert "Marketing qualified leads March" in part
    assert "First contact , 4 working hours" in part
    assert "the time ran out" in part


def test_leads_that_came_back_are_grouped_and_open(company):
    door = Door(company.mira, FRIDAY)
    body = door.says("/week/")
    href = next(unescape(href) for href in re.findall(r'href="(/figures/answers/[^"]*)"', body) if "reason=no_budget" in href)
    assert "One lead was rejected, no budget" in text(door, href)
    assert "Ada Brenner" in text(door, href)


def test_a_dispute_shows_both_views_and_takes_one_ruling(company):
    door = Door(company.sam, FRIDAY)
    page = text(door)
    assert "No money before summer." in page
    assert "She asked for prices the day after." in page
    row = Dispute.objects.get()
    response = door.post(f"/disputes/{row.disposition.key}/ruling/", {"ruling": "reopen"}, follow=True)
    assert told(response) == ["Settled for Ada Brenner: sales looks again."]
    assert Lead.objects.get(pk=row.disposition.handoff.lead_id).stage == "marketing_qualified"
    response = door.post(f"/disputes/{row.disposition.key}/ruling/", {"ruling": "amend"}, follow=True)
    assert told(response) == ["This dispute is settled: sales looks again."]


@pytest.mark.parametrize("viewer", ["sol", "kim", "ada_brandt"])
def test_those_who_do_not_settle_disputes_find_no_door(company, viewer):
    row = Dispute.objects.get()
    door = Door(getattr(company, viewer), FRIDAY)
    assert f"/disputes/{row.disposition.key}/ruling/" not in door.says("/week/")
    assert door.post(f"/disputes/{row.disposition.key}/ruling/", {"ruling": "reopen"}).status_code == 404
    assert Dispute.objects.get().ruling == ""


def test_buyers_and_campaigns_are_told(company, lake):
    lead = Lead.objects.get(person__email="cy@acme.example")
    hear(lead, "Too dear for a pump", theme="price", by=lead.owner, at=FRIDAY)
    Campaign.objects.create(slug="kilns", name="Webinar: Kilns", channel="webinar", starts_on=date(2026, 3, 25), made_at=NOON)
    lake.export(FRIDAY + HOUR)
    page = text(Door(company.mira, FRIDAY + HOUR))
    assert "Against buying: price 1 ." in page
    assert "“Too dear for a pump”" in page
    assert "Webinar: Kilns , webinar, from 25 March." in page


def test_a_decision_is_kept_under_its_meeting_and_carried(company):
    door = Door(company.mira, FRIDAY)
    said = {"kind": "action", "text": "Ask for the plant on the form", "owner": company.rui.key, "due_on": "2026-03-20", "on": "2026-03-17"}
    response = door.post("/week/resolutions/", said, follow=True)
    assert told(response) == ["Kept: Rui Costa, by 20 March."]
    assert (Meeting.objects.get().on, Resolution.objects.get().meeting) == (date(2026, 3, 17), Meeting.objects.get())
    later = Door(company.rui, FRIDAY + 21 * DAY)
    assert "Ask for the plant on the form" in text(later)  # three weeks on, it is still there
    row = Resolution.objects.get()
    assert told(later.post(f"/week/resolutions/{row.key}/done/", follow=True)) == ["Done: Ask for the plant on the form"]
    assert "Ask for the plant on the form" in text(later)
    assert "Ask for the plant on the form" not in text(Door(company.rui, FRIDAY + 42 * DAY))


def test_a_day_of_another_year_is_told_with_its_year(company):
    said = {"kind": "action", "text": "Trial", "owner": company.rui.key, "due_on": "2027-01-01", "on": "2026-03-17"}
    assert told(Door(company.mira, FRIDAY).post("/week/resolutions/", said, follow=True)) == ["Kept: Rui Costa, by 1 January 2027."]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": " "}, "Say in a sentence what was decided, in up to 500 characters."),
        ({"text": "x" * 501}, "Say in a sentence what was decided, in up to 500 characters."),
        ({"owner": "nobody"}, "Choose who takes it on: somebody who signs in here."),
        ({"due_on": "soon"}, "Write the day as 2026-03-31."),
        ({"due_on": ""}, "An action needs a date: by when is it done?"),
        ({"due_on": "2020-03-20"}, "2020-03-20 is over already: say a day that is ahead."),
    ],
)
def test_what_is_missing_is_named_with_the_way_out_and_nothing_typed_is_lost(company, change, says):
    door = Door(company.mira, FRIDAY)
    said = {"kind": "action", "text": "Call them", "owner": company.rui.key, "due_on": "2026-03-20", "on": "2026-03-17", **change}
    refused = door.post("/week/resolutions/", said)
    page = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert says in page
    assert page.count('<details class="add" name="add" data-keys-scope open>') == 1
    form = page[page.index('value="action"') :]
    assert f'name="text" value="{said["text"]}"' in form or not said["text"].strip()
    assert f'<option value="{company.rui.key}" selected>' in form or "owner" in change
    assert f'name="due_on" value="{said["due_on"]}"' in form or not said["due_on"]
    assert "Tuesday 17 March 2026" in page
    assert not Resolution.objects.exists()
    assert not Meeting.objects.exists()  # before: a refused day opened the meeting


def test_what_is_neither_a_decision_nor_an_action_is_refused(company):
    said = {"kind": "wish", "text": "Call them", "owner": company.rui.key, "on": "2026-03-17"}
    assert told(Door(company.mira, FRIDAY).post("/week/resolutions/", said, follow=True)) == ["It is a decision or an action."]
    assert not Meeting.objects.exists()


def test_before_there_is_a_page_of_the_week_a_refusal_is_said_all_the_same(world, lake):
    refused = Door(world.sam, NOON).post("/week/resolutions/", {"kind": "decision", "text": "Trial", "owner": ""})
    assert told(refused) == ["Choose who takes it on: somebody who signs in here."]


def test_a_stranger_cannot_close_what_is_not_theirs(company):
    Door(company.mira, FRIDAY).post("/week/resolutions/", {"kind": "decision", "text": "Trial", "owner": company.sam.key})
    row = Resolution.objects.get()
    assert Door(company.sol, FRIDAY).post(f"/week/resolutions/{row.key}/done/").status_code == 404
    assert Door(company.sam, FRIDAY).post(f"/week/resolutions/{row.key}/drop/").status_code == 303
    assert Door(company.sam, FRIDAY).get(f"/week/resolutions/{row.key}/done/").status_code == 405


def test_actions_are_taken_away_as_a_file(company):
    door = Door(company.mira, FRIDAY)
    door.post("/week/resolutions/", {"kind": "decision", "text": "=1+1", "owner": company.sam.key, "on": "2026-03-17"})
    body = b"".join(door.get("/week/?on=2026-03-17&format=csv").streaming_content).decode()
    (row,) = csv.DictReader(StringIO(body))
    assert (row["what"], row["owner"], row["meeting on"]) == ("'=1+1", "sam.okafor@halden.example", "2026-03-17")


def rows_of(door, part):
    body = b"".join(door.get(f"/week/?on=2026-03-17&part={part}&format=csv").streaming_content).decode()
    return list(csv.DictReader(StringIO(body)))


@pytest.mark.parametrize(("part", "tells"), [("promises", "record says"), ("rejected", "leads")])
def test_what_the_meeting_talks_about_is_taken_away_as_a_file(company, part, tells):
    door = Door(company.mira, FRIDAY)
    page = door.says("/week/")
    assert f"/week/?on=2026-03-17&amp;part={part}&amp;format=csv" in page
    rows = rows_of(door, part)
    assert len(rows) == page.split(f'id="{part}"')[1].split("</section>")[0].count("<tr data-keys-item")
    assert all(row[tells] for row in rows)


def test_a_file_names_no_lead_that_its_reader_may_not_see(company):
    sam, kim = (rows_of(Door(company.members[name], FRIDAY), "promises") for name in ("sam", "kim"))
    assert [row["due"] for row in sam] == [row["due"] for row in kim]
    assert {row["case"] for row in sam} == {"", "Ada Brenner"}
    assert {row["case"] for row in kim} == {"", "a colleague’s lead"}


def test_before_the_first_export_it_says_when_figures_come(world, lake):
    assert "Figures follow within a minute" in text(Door(world.sam, NOON))


def test_the_week_asks_little_of_the_database(company, django_assert_max_num_queries):
    door = Door(company.sam, FRIDAY)
    door.get("/week/")
    with django_assert_max_num_queries(30):
        door.get("/week/")
