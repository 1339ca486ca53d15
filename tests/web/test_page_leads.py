"""Leads: the list and its files, one lead, what its owner does with it, and leads made by hand."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback import actions
from treaty.feedback.models import Dispute
from treaty.handoff.models import Handoff
from treaty.qualification.models import NextJudgement
from treaty.sla.actions import start
from treaty.sla.models import SlaClock
from treaty.truth.models import Activity, Campaign, Fact, Lead, Objection, Opportunity, StageMove

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(world):
    return world.qualified(NOON)


def names(door, query=""):
    response = door.get(f"/leads/{query}")
    return [row.cells[0] for row in response.context["table"].rows]


def many(world, n=3):
    return [world.qualified(NOON + k * MINUTE, f"person{k}@acme.example") for k in range(n)]


def test_the_list_shows_each_lead_with_its_stage_and_owner(world, lead):
    page = Door(world.mira, NOON).says("/leads/")
    assert "One lead" in page
    for words in ("Ada Brenner", "Acme", "marketing qualified", "Mira Lang", "dach"):
        assert words in page


def test_a_rep_sees_only_own_leads(world, lead):
    assert names(Door(world.kim, NOON)) == []
    Lead.objects.update(owner=world.kim)
    assert names(Door(world.kim, NOON)) == ["Ada Brenner"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?stage=marketing_qualified", 1), ("?stage=engaged", 0), ("?segment=dach", 1), ("?segment=rest", 0),
        ("?q=brenner", 1), ("?q=acme", 1), ("?q=nobody", 0), ("?stage=nonsense", 1),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(world, lead, query, found):
    assert len(names(Door(world.mira, NOON), query)) == found


def test_a_campaign_has_its_name_in_the_list_and_its_key_without_one(world, lead):
    Lead.objects.update(campaign="spring-webinar")
    assert "spring-webinar" in Door(world.mira, NOON).says("/leads/?stage=marketing_qualified").partition("<tbody")[2]
    Campaign.objects.create(slug="spring-webinar", name="Webinar: Pumps in spring", made_at=NOON)
    rows = Door(world.mira, NOON).says("/leads/").partition("<tbody")[2]
    assert "Webinar: Pumps in spring" in rows
    assert "spring-webinar" not in rows


def test_leads_of_one_account_are_one_address(world, lead):
    key = lead.person.account.key
    assert "One lead at Acme" in Door(world.mira, NOON).says(f"/leads/?account={key}")


def test_the_csv_holds_what_the_page_holds_and_runs_nothing(world, lead):
    lead.person.name = "=cmd|'/c calc'!A0"
    lead.person.save()
    response = Door(world.mira, NOON).get("/leads/?format=csv&stage=marketing_qualified")
    head, row = csv.reader(StringIO(b"".join(response.streaming_content).decode()))
    assert head[:5] == ["Person", "Account", "Stage", "Since", "Owner"]
    assert row[:5] == ["'=cmd|'/c calc'!A0", "Acme", "marketing_qualified", "2026-03-10T12:00:00Z", "Mira Lang"]


def test_the_list_costs_the_same_whatever_its_length(world, django_assert_max_num_queries):
    many(world, 6)
    door = Door(world.mira, NOON)
    with django_assert_max_num_queries(12):
        assert len(names(door)) == 6


def test_a_list_without_leads_says_how_they_come(world):
    assert "No leads yet" in Door(world.mira, NOON).says("/leads/")
    assert "No lead fits" in Door(world.mira, NOON).says("/leads/?q=x")


def given_to(world, rep, at=NOON):
    """Ada's lead, handed to one rep, with its clocks."""
    made = world.handed_over(at)
    Handoff.objects.update(owner=rep)
    Lead.objects.update(owner=rep)
    made.refresh_from_db()
    start(made)
    return made


@pytest.fixture
def accepted(world):
    """Sol has accepted Ada."""
    handoff = given_to(world, world.sol)
    actions.accept(handoff, by=world.sol, at=NOON + MINUTE)
    return Lead.objects.get()


@pytest.fixture
def sol(world):
    return Door(world.sol, NOON + 10 * MINUTE)


def post(door, lead, what, data=None, **more):
    return door.post(f"/leads/{lead.key}/{what}/", data or {}, **more)


ANSWERS = {"answer.budget": "40 k", "answer.timeline": "May", "answer.need": "pumps"}


def test_a_stranger_finds_no_lead_and_no_door_to_it(world, accepted):
    kim = Door(world.kim, NOON)
    assert kim.get(f"/leads/{accepted.key}/").status_code == 404
    assert kim.get(f"/leads/{accepted.key}/why/").status_code == 404
    doors = ("contact", "objection", "note", "qualify", "opportunity", "move", "answers/x/dispute")
    assert {post(kim, accepted, what).status_code for what in doors} == {404}
    assert kim.get("/leads/nothing/").status_code == 404


@pytest.mark.parametrize("name", ["mira", "ada_brandt"])
def test_marketing_and_executives_look_but_do_not_work_a_lead_of_sales(world, accepted, name):
    door = Door(getattr(world, name), NOON)
    page = door.says(f"/leads/{accepted.key}/")
    assert "Work this lead" not in page
    assert 'value="accept"' not in page
    for what in ("contact", "objection", "note", "qualify", "opportunity", "move"):
        assert told(post(door, accepted, what, follow=True))[-1].startswith("This lead is with somebody else")
    assert not Activity.objects.exists()


def test_the_page_tells_the_whole_story(world, accepted, sol):
    page = sol.says(f"/leads/{accepted.key}/")
    for words in ("Sales accepted since 13:01", "Became marketing qualified", "Its walk", "Who owned it, and why",
                  "Promises about this lead", "Accept or reject, within 16 working hours", "Accepted", "In all"):  # fmt: skip
        assert words in page


def test_times_in_the_stages_add_up_to_the_age_of_the_lead(world, accepted):
    # marketing qualified from 12:00 to 12:01, accepted from then to 12:10: 1 and 9 minutes, 10 in all
    table = Door(world.sol, NOON + 10 * MINUTE).get(f"/leads/{accepted.key}/").context["walk"]
    assert [row.cells[-1] for row in table.rows] == ["0\xa0s", "1\xa0min", "9\xa0min"]
    assert table.foot.cells[-1] == "10\xa0min"


def test_before_a_handoff_the_page_shows_what_would_be_handed_over(world, lead):
    page = Door(world.mira, NOON).says(f"/leads/{lead.key}/")
    assert "Call; if nobody answers" in page
    assert 'value="accept"' not in page


def test_what_must_be_known_next_is_named_and_what_is_missing(world, accepted, sol):
    page = sol.says(f"/leads/{accepted.key}/")
    assert "What must be known next" in page
    assert page.count("missing") == 3


def test_qualifying_keeps_what_was_typed_and_names_what_is_missing(world, accepted, sol):
    response = post(sol, accepted, "qualify", {"answer.budget": "40 k"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Sales qualified needs an answer first: timeline, need." in page
    assert 'value="40 k"' in page
    assert Lead.objects.get().stage == "sales_accepted"
    assert not Fact.objects.filter(field="answer.budget").exists()  # refused as a whole: nothing half done


def test_a_lead_is_qualified_with_its_answers(world, accepted, sol):
    response = post(sol, accepted, "qualify", ANSWERS, follow=True)
    assert told(response) == ["Ada Brenner is sales qualified."]
    assert set(Fact.objects.filter(field__startswith="answer.").values_list("text", flat=True)) == {"40 k", "May", "pumps"}
    assert "Already answered" in response.content.decode()


def test_an_unanswered_handoff_is_answered_before_anything_is_moved(world, sol):
    lead = given_to(world, world.sol).lead
    page = sol.says(f"/leads/{lead.key}/")
    assert 'value="accept"' in page
    assert "Move it to another stage" not in page
    refused = post(sol, lead, "move", {"to": "sales_accepted", "note": "x"}).content.decode()
    assert "Its handoff waits for an answer" in refused
    assert "answer its handoff first" in post(sol, lead, "qualify", ANSWERS).content.decode()


def test_a_move_outside_of_the_graph_is_refused_with_the_stages_there_are(world, accepted, sol):
    page = post(sol, accepted, "move", {"to": "engaged", "note": "again", "reason": "no_budget"}).content.decode()
    assert "A lead in sales accepted cannot go to engaged; the agreement lets it go to sales qualified, rejected, recycled." in page
    assert "not one of the available choices" in post(sol, accepted, "move", {"to": "hot", "note": "x"}).content.decode()


def test_a_move_needs_a_sentence_and_leaving_sales_a_reason(world, accepted, sol):
    assert post(sol, accepted, "move", {"to": "recycled"}).status_code == 422
    assert "needs a reason of the agreement" in post(sol, accepted, "move", {"to": "rejected", "note": "x"}).content.decode()
    post(sol, accepted, "move", {"to": "rejected", "note": "left the firm", "reason": "wrong_contact"})
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("rejected", world.mira)
    assert Handoff.objects.get().ended_how == "rejected"
    move = StageMove.objects.order_by("-id")[0]
    assert (move.how, move.by, move.reason, move.note) == ("person", world.sol, "wrong_contact", "left the firm")


def test_marketing_moves_what_is_its_own(world, lead):
    Lead.objects.update(stage="rejected")
    door = Door(world.mira, NOON)
    response = post(door, lead, "move", {"to": "recycled", "note": "another line of theirs"}, follow=True)
    assert told(response) == ["Ada Brenner is recycled now."]


def test_a_contact_an_objection_and_a_note_are_kept(world, accepted, sol):
    post(sol, accepted, "contact", {"kind": "call", "outcome": "connected", "text": "Two lines"})
    assert SlaClock.objects.get(promise="attempts").ended == "met"
    post(sol, accepted, "objection", {"text": "We have a service contract", "theme": "service contract"})
    post(sol, accepted, "note", {"text": "Likes short mails"})
    assert Objection.objects.get().text == "We have a service contract"
    page = sol.says(f"/leads/{accepted.key}/")
    assert "Call, connected" in page
    assert "Likes short mails" in page
    assert post(sol, accepted, "note", {"text": " "}).status_code == 422
    assert "not one of the available choices" in post(sol, accepted, "contact", {"kind": "smoke"}).content.decode()


def test_a_deal_is_opened_with_its_buyer_from_the_account(world, accepted, sol):
    post(sol, accepted, "qualify", ANSWERS)
    buyer = world.person("ralf@acme.example", name="Ralf Acme")
    given = {"name": "Acme pumps", "amount": "18,5", "currency": "EUR", "close_on": "2026-06-01", "economic_buyer": buyer.key}
    page = post(sol, accepted, "opportunity", given).content.decode()
    assert "Enter a number." in page
    assert 'value="18,5"' in page
    missing = post(sol, accepted, "opportunity", {**given, "amount": "18500", "economic_buyer": ""}).content.decode()
    assert "Opportunity needs an answer first: economic buyer." in missing
    response = post(sol, accepted, "opportunity", {**given, "amount": "18500"})
    deal = Opportunity.objects.get()
    assert response["Location"] == f"/opportunities/{deal.key}/"
    assert (deal.owner, deal.roles.get(role="economic_buyer").person) == (world.sol, buyer)
    assert Lead.objects.get().stage == "opportunity"


def rejected(world):
    handoff = given_to(world, world.sol)
    return actions.reject(handoff, "no_fit", by=world.sol, at=NOON + MINUTE, detail="too small")


def test_marketing_asks_for_a_second_look_once(world):
    given = rejected(world)
    mira, lead = Door(world.mira, NOON + 5 * MINUTE), Lead.objects.get()
    assert "Ask for a second look" in mira.says(f"/leads/{lead.key}/")
    path = f"answers/{given.key}/dispute"
    assert post(mira, lead, path, {"says": ""}).status_code == 422
    response = post(mira, lead, path, {"says": "240 people, and they asked for prices"}, follow=True)
    assert "both views side by side" in told(response)[-1]
    assert (Dispute.objects.get().by, Dispute.objects.get().says) == (world.mira, "240 people, and they asked for prices")
    assert "Ask for a second look" not in mira.says(f"/leads/{lead.key}/")


def test_sales_does_not_dispute_its_own_answer(world):
    given = rejected(world)
    lead = Lead.objects.get()
    response = post(Door(world.sam, NOON), lead, f"answers/{given.key}/dispute", {"says": "x"}, follow=True)
    assert told(response) == ["A second look is asked for by marketing or RevOps: tell them what you know."]
    missing = post(Door(world.mira, NOON), lead, "answers/nothing/dispute", {"says": "x"}, follow=True)
    assert "There is no rejection to look at again here" in told(missing)[-1]
    assert not Dispute.objects.exists()


def test_a_lead_costs_at_most_thirty_queries(world, accepted, sol, django_assert_max_num_queries):
    for n in range(6):
        post(sol, accepted, "contact", {"kind": "call", "outcome": "no_answer"})
        sol.at += MINUTE
        world.person(f"colleague{n}@acme.example", name=f"Colleague {n}")
    with django_assert_max_num_queries(30):
        sol.says(f"/leads/{accepted.key}/")


def test_words_of_html_stay_text(world, accepted, sol):
    post(sol, accepted, "note", {"text": "<img src=x onerror=alert(1)>"})
    page = sol.says(f"/leads/{accepted.key}/")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_why_is_a_part_of_the_page_a_page_of_its_own_and_a_few_lines(world, accepted, sol):
    path = f"/leads/{accepted.key}/why/"
    assert "Why Ada Brenner is sales accepted" in sol.says(path)
    part = sol.get(path, HX_Request="true").content.decode()
    assert part.startswith('<div class="why">')
    assert "a person moves it" not in part or "Under agreement version 1" in part
    lines = sol.get(f"{path}?short=1", HX_Request="true").content.decode()
    assert lines.startswith('<section class="part"><h3>Why they are here')


NEW = {
    "email": "Ralf@Nordwerk.example", "name": "Ralf Nord", "title": "Managing director", "company": "Nordwerk GmbH", "employees": "120",
    "country": "DE", "lead_source": "trade fair", "reason": "Met at the fair, asked for a visit",
}  # fmt: skip


def test_a_lead_made_by_hand_is_engaged_by_a_named_person_with_a_reason(world):
    mira = Door(world.mira, NOON)
    response = mira.post("/leads/new/", NEW, follow=True)
    assert told(response) == ["Ralf Nord is a lead, with Mira Lang."]
    lead = Lead.objects.get()
    assert (lead.stage, lead.segment, lead.source, lead.person.email) == ("engaged", "dach", "trade fair", "ralf@nordwerk.example")
    assert (lead.person.account.name, lead.person.account.employees, lead.person.seniority) == ("Nordwerk GmbH", 120, "c_level")
    move = StageMove.objects.get()
    assert (move.how, move.by, move.note) == ("person", world.mira, "Met at the fair, asked for a visit")


def test_a_new_lead_wants_an_address_and_a_reason_and_keeps_the_rest(world):
    page = Door(world.mira, NOON).post("/leads/new/", {**NEW, "email": "ralf@", "reason": "", "employees": "many"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "Three things need a look" in text
    assert 'value="Nordwerk GmbH"' in text
    assert 'value="many"' in text


def test_somebody_who_is_a_lead_already_is_shown(world, lead):
    response = Door(world.mira, NOON).post("/leads/new/", {**NEW, "email": "ada@acme.example"}, follow=True)
    assert NextJudgement.objects.filter(person__email="ada@acme.example", due_at=NOON).exists()  # what was typed is judged next
    assert "Ada Brenner is a lead already" in told(response)[-1] or "Ralf Nord is a lead already" in told(response)[-1]
    assert response.redirect_chain == [(f"/leads/{lead.key}/", 303)]
    assert Lead.objects.count() == 1


def test_a_rep_opens_a_lead_for_marketing_to_care_for(world):
    response = Door(world.kim, NOON).post("/leads/new/", NEW, follow=True)
    assert response.redirect_chain == [("/leads/", 303)]
    assert Lead.objects.get().owner == world.mira


def test_an_executive_opens_no_leads(world):
    door = Door(world.ada_brandt, NOON)
    assert told(door.post("/leads/new/", NEW, follow=True)) == ["Leads are opened by marketing and sales: tell one of them who it is."]
    assert not Lead.objects.exists()


def test_without_an_agreement_no_lead_is_opened(world):
    from treaty.agreement.models import InForce

    InForce.objects.all().delete()
    assert "No agreement is in force yet" in Door(world.mira, NOON).post("/leads/new/", NEW).content.decode()
