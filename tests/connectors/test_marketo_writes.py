"""What Marketo alone does when it is written to: reasons inside of success, fields of companies, no notes, a score that comes back."""

import pytest

from tests.connectors.waits import Waits
from tests.connectors.writing import Company, company
from treaty.connectors.models import Written
from treaty.connectors.vendors.marketo_writes import update
from treaty.connectors.vendors.talk import Declined, Talk, Trouble
from treaty.connectors.writes.allowed import CannotWrite, allow
from treaty.handoff.actions import hand_over
from treaty.outward import Answer, Call
from treaty.truth.models import Fact, Lead

KNOWN = {"properties": {"person": [{"name": "treatyFit", "type": "integer"}, {"name": "treatyStage", "type": "string"}]}}


@pytest.fixture
def ours(world, waits: Waits) -> Company:
    return company("marketo", world, waits)


def told(talk: Talk[dict[str, Trouble]], *answers: str) -> tuple[dict[str, Trouble], list[Call]]:
    """What a talk learned from these answers, and what it asked."""
    calls = [next(talk)]
    for body in answers:
        try:
            calls.append(talk.send(Answer(200, {}, body.encode())))
        except StopIteration as end:
            return end.value, calls
    raise AssertionError("it asked for more")


def test_a_number_is_written_as_a_number_and_nothing_as_null() -> None:
    values = {"7": {"treatyFit": "35", "treatyStage": ""}}
    _, (call,) = told(update("person", values, KNOWN), '{"success": true, "result": [{"id": 7, "status": "updated"}]}')
    assert (call.method, call.url) == ("POST", "/rest/v1/leads.json")
    lead = {"id": 7, "treatyFit": 35, "treatyStage": None}
    assert call.json == {"action": "updateOnly", "lookupField": "id", "input": [lead]}


def test_each_lead_of_a_call_has_its_own_end() -> None:
    """The results come in the order of what was asked for; one that was skipped has no id."""
    body = """{"success": true, "result": [
        {"id": 1, "status": "updated"},
        {"status": "skipped", "reasons": [{"code": "1004", "message": "Lead not found"}]},
        {"status": "skipped"}
    ]}"""
    found, _ = told(update("person", {str(one): {"treatyStage": "won"} for one in (1, 2, 3)}, KNOWN), body)
    assert {one: (type(why), str(why)) for one, why in found.items()} == {
        "2": (Declined, "1004: Lead not found"),
        "3": (Declined, "the lead was skipped, and it does not say why"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["id", "leadOwnerEmailAddress", "industry", "externalSalesPersonId"])
def test_what_cannot_be_written_into_a_lead_is_not_allowed(ours: Company, field: str) -> None:
    with pytest.raises(CannotWrite, match=f"'{field}' cannot be written in"):
        allow(ours.connection, {"on": True, "fields": {"stage": {"person": field}}}, {}, at=ours.fake.at, by=ours.world.rui)


@pytest.mark.django_db
def test_a_brief_cannot_be_left_where_there_are_no_notes(ours: Company) -> None:
    with pytest.raises(CannotWrite, match="keeps no notes"):
        ours.allow(brief=True)


@pytest.mark.django_db
def test_a_lead_that_is_gone_there_is_dead_in_plain_words_and_nobody_is_made(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    ours.react_to([lead])
    ours.fake.delete(ours.record(lead))
    ours.carry_all()
    assert ours.held_by_lead(lead).state == "dead"
    assert "no record" in ours.held_by_lead(lead).problem
    assert ours.fake.leads == {}


@pytest.mark.django_db
def test_a_score_of_ours_that_the_log_tells_is_no_news(ours: Company) -> None:
    """The score of a lead comes back by two streams, as a field of the lead and as something that happened to it; another's is news."""
    lead = ours.leads(1)[0]
    ours.allow(fields={"engagement": {"person": "leadScore"}})
    Lead.objects.filter(pk=lead.pk).update(engagement=35)
    hand_over(lead, at=ours.fake.at)
    ours.react()
    ours.carry_all()
    number = ours.record(lead)
    assert ours.fake.leads[int(number)]["leadScore"] == 35
    ours.fake.later(minutes=10)
    ours.pull()
    assert not Fact.objects.filter(field="score").exists()
    ours.fake.put(number, leadScore=60)
    ours.fake.later(minutes=10)
    ours.pull()
    assert [fact.number for fact in Fact.objects.filter(field="score")] == [60]
    assert Written.objects.get(kind="engagement").overtaken_at is not None
