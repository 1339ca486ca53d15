"""What Marketo alone does: troubles inside of HTTP 200, files made by jobs, a log read by a token, no opportunities beside a CRM."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.portal import MarketoPortal
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import Waits
from tests.fakes.marketo import FakeMarketo
from tests.fakes.server import Transport
from treaty.connectors.vendors.marketo import Marketo
from treaty.connectors.vendors.marketo_export import whole_records
from treaty.connectors.vendors.marketo_rows import activity_named, page
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, SignedOut, Trouble
from treaty.outward import Answer, NoAnswer
from treaty.truth.models import Campaign, Fact, Opportunity, Person, Spend, SystemRecord, Touch

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def portal(waits: Waits) -> MarketoPortal:
    return MarketoPortal(clock=lambda: waits.now)


def ada(portal: MarketoPortal) -> str:
    return portal.person("ada@acme.example", "Ada Stone", portal.firm("Acme", "acme.example"))


def jobs_of(portal: MarketoPortal, kind: str) -> int:
    return sum(asked.path == f"/bulk/v1/{kind}/export/create.json" for asked in portal.fake.calls)


@pytest.mark.django_db
def test_what_people_did_has_its_programme_its_form_and_its_page(portal) -> None:
    fake, lead = portal.fake, int(ada(portal))
    fake.campaigns[200] = {"id": 200, "name": "Send invite", "programName": "Spring webinar"}
    fake.did(lead, "Send Email", "Invite", 300, campaign=200)
    fake.did(lead, "Click Email", "Invite", 300, campaign=200, Link="https://halden.example/webinar?x=1")
    fake.did(lead, "Fill Out Form", "Webinar form", 400, Referrer_URL="https://halden.example/webinar")
    fake.did(lead, "Visit Webpage", "halden.example/prices", 7, Webpage_URL="/prices")
    fake.did(lead, "Unsubscribe Email", "Invite", 300)
    fake.did(lead, "Call Webhook", "Ours")  # the system's own work
    fake.did(lead, "Change Status in Progression", "Spring webinar", 100, New_Status="Registered", Success=False)
    connection = connected(portal)
    assert pulled(connection, fake).problems == {}
    fake.later(days=1)
    fake.did(lead, "Change Status in Progression", "Spring webinar", 100, New_Status="Attended", Success=True)
    fake.later(minutes=1)
    assert pulled(connection, fake).problems == {}
    found = Touch.objects.filter(person__email="ada@acme.example").values_list("kind", "campaign", "form", "host", "path", "channel")
    assert set(found) == {
        ("email_sent", "Spring webinar", "", "", "", "email"),
        ("email_click", "Spring webinar", "", "halden.example", "/webinar", "email"),
        ("form_submitted", "", "Webinar form", "halden.example", "/webinar", ""),
        ("page_view", "", "", "", "/prices", ""),
        ("unsubscribed", "", "", "", "", "email"),
        ("campaign_member", "Spring webinar", "", "", "", ""),
        ("campaign_response", "Spring webinar", "", "", "", ""),
    }
    assert len(found) == 7


@pytest.mark.django_db
@pytest.mark.parametrize("is_pulled_before", [False, True], ids=["by the files", "by the log"])
def test_a_field_that_changed_is_known_with_its_moment(portal, is_pulled_before) -> None:
    """Made as Buyer and Open; three days later the title, five days later the stage of the company's own, six days later the score."""
    made, lead = portal.fake.at, ada(portal)
    connection = connected(portal)
    connection.mapping = {"fields": {"person": {"lifecycle_stage": "myStage"}}}
    connection.save()
    if is_pulled_before:
        pulled(connection, portal.fake)
    portal.fake.later(days=3)
    portal.rename(lead, "Head of buying")
    portal.fake.later(days=2)
    portal.fake.put(lead, myStage="MQL")
    portal.fake.later(days=1)
    portal.fake.put(lead, leadScore=42)
    portal.fake.later(minutes=1)
    assert pulled(connection, portal.fake).problems == {}
    facts = Fact.objects.filter(subject="person")
    told = {field: [(fact.occurred_at - made) // timedelta(days=1) for fact in facts.filter(field=field, text=text)]
            for field, text in (("title", "Head of buying"), ("lifecycle_stage", "MQL"))}  # fmt: skip
    assert 3 in told["title"]
    assert 5 in told["lifecycle_stage"]
    assert [(fact.occurred_at - made) // timedelta(days=1) for fact in facts.filter(field="score", number=42)] == [6]
    assert Person.objects.get(email="ada@acme.example").title == "Head of buying"


@pytest.mark.django_db
def test_what_a_deleted_leads_fields_were_makes_nobody(portal) -> None:
    gone = portal.person("gone@acme.example", "Gone", "")
    portal.fake.later(days=1)
    portal.rename(gone, "Chief")
    portal.fake.put(gone, leadScore=7)
    portal.fake.later(days=1)
    portal.delete(gone)
    ada(portal)
    assert pulled(connected(portal), portal.fake).problems == {}
    assert list(Person.objects.exclude(first_known_at=None).values_list("email", flat=True)) == ["ada@acme.example"]


@pytest.mark.django_db
def test_a_job_that_is_not_done_is_waited_for_and_not_made_again(portal) -> None:
    """The company began in October: four months are asked for by four jobs, two at a time. Two pulls find some unfinished."""
    portal.fake.looks = 1
    ada(portal)
    connection = connected(portal)
    first = pulled(connection, portal.fake)
    assert "still being made" in first.problems["leads"]
    assert not Person.objects.filter(email="ada@acme.example").exists()
    for _ in range(5):
        done = pulled(connection, portal.fake)
    assert done.problems == {}
    assert Person.objects.get(email="ada@acme.example").name == "Ada Stone"
    assert jobs_of(portal, "leads") == 4


@pytest.mark.django_db
def test_a_job_that_came_to_nothing_is_made_again(portal) -> None:
    portal.fake.fails = 2
    ada(portal)
    assert pulled(connected(portal), portal.fake).problems == {}
    assert Person.objects.filter(email="ada@acme.example").exists()
    assert jobs_of(portal, "leads") == 4 + 2


@pytest.mark.django_db
def test_a_job_that_fails_time_and_again_is_told(portal) -> None:
    portal.fake.fails = 1000
    done = pulled(connected(portal), portal.fake)
    assert "3 times" in done.problems["leads"]


@pytest.mark.django_db
def test_what_a_programme_cost_is_spend_once_its_currency_is_chosen(portal) -> None:
    portal.fake.programs = [
        {"id": 1, "name": "Spring webinar", "channel": "Webinar", "type": "Event", "updatedAt": "2026-01-02T10:00:00Z+0000",
         "startDate": "2026-02-01T09:00:00Z+0000",
         "costs": [{"startDate": "2026-01-01", "cost": 2000}, {"startDate": "2026-01-01", "cost": 150.5},
                   {"startDate": "2026-02-01", "cost": 99}]},
        {"id": 2, "name": "Nurture", "channel": "Email", "type": "Engagement", "updatedAt": "2026-01-02T10:00:00Z+0000", "costs": None},
    ]  # fmt: skip
    connection = connected(portal)
    pulled(connection, portal.fake)
    assert set(Campaign.objects.values_list("name", "channel", "starts_on")) == {
        ("Spring webinar", "Webinar", date(2026, 2, 1)), ("Nurture", "Email", None),
    }  # fmt: skip
    assert not Spend.objects.exists(), "the vendor does not say in which currency"
    connection.places.all().delete()
    connection.mapping = {"currency": "USD"}
    connection.save()
    for _ in range(2):
        pulled(connection, portal.fake)
        portal.fake.later(hours=2)
    assert set(Spend.objects.values_list("campaign", "channel", "on", "amount", "currency")) == {
        ("spring webinar", "Webinar", date(2026, 1, 1), Decimal("2150.5"), "USD"),
        ("spring webinar", "Webinar", date(2026, 2, 1), Decimal(99), "USD"),
    }


@pytest.mark.django_db
def test_where_a_crm_is_joined_its_opportunities_are_not_asked_for(portal) -> None:
    portal.fake.has_crm = True
    portal.deal("Deal", "", ada(portal))
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert not Opportunity.objects.exists()


@pytest.mark.django_db
def test_a_deal_that_changed_is_found_by_the_people_who_take_part(portal) -> None:
    connection = connected(portal)
    deal = portal.deal("Deal", "", ada(portal))
    pulled(connection, portal.fake)
    assert Opportunity.objects.get().outcome == "open"
    ended = portal.fake.later(days=3)
    portal.end(deal, "won")
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    found = Opportunity.objects.get()
    assert (found.outcome, found.stage, found.amount, found.closed_at) == ("won", "Closed Won", Decimal("1250.50"), ended)
    assert [role.role for role in found.roles.all()] == ["economic_buyer"]


@pytest.mark.django_db
def test_a_token_that_ran_out_is_had_again(portal) -> None:
    ada(portal)
    connection = connected(portal)
    portal.fake.later(hours=2)
    done = pulled(connection, portal.fake, Withdraws(portal.fake, 5))
    assert done.problems == {}
    assert len(portal.fake.tokens) == 1, "all others were withdrawn on the way"


class Withdraws(Transport):
    """Before the call of that number all tokens run out."""

    def __init__(self, fake: FakeMarketo, call: int) -> None:
        super().__init__(fake)
        self.fake, self.left = fake, call

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.left -= 1
        if self.left == 0:
            self.fake.tokens.clear()
        return super().handle_request(request)


@pytest.mark.django_db
def test_who_was_merged_leads_to_who_was_kept(portal) -> None:
    connection = connected(portal)
    kept, gone = ada(portal), portal.person("ada@old.example", "Ada S.", "")
    pulled(connection, portal.fake)
    portal.fake.later(days=1)
    portal.merge(kept, gone)
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    assert SystemRecord.objects.get(external_id=gone).gone_into == kept
    assert Person.objects.get(email="ada@old.example").merged_into == Person.objects.get(email="ada@acme.example")


def answer(code: str) -> Answer:
    return Answer(200, {}, b'{"success": false, "errors": [{"code": "%s", "message": "so"}]}' % code.encode())


@pytest.mark.parametrize(
    ("told", "trouble", "after"),
    [
        (answer("601"), SignedOut, None),
        (answer("602"), SignedOut, None),
        (answer("603"), Forbidden, None),
        (answer("606"), Busy, None),
        (answer("615"), Busy, None),
        (answer("607"), Busy, 900.0),
        (answer("1029"), Busy, 900.0),
        (answer("610"), Declined, None),
        (answer("1006"), Declined, None),
        (Answer(401, {}, b'{"error": "invalid_client"}'), SignedOut, None),
        (Answer(404, {}, b"no such file"), Declined, None),
        (Answer(502, {}, b"<html>"), Busy, None),
    ],
)
def test_each_trouble_is_named_by_what_can_be_done(told, trouble, after) -> None:
    with pytest.raises(Trouble) as found:
        Marketo().check(told, AT)
    assert type(found.value) is trouble
    if isinstance(found.value, Busy):
        assert found.value.after == after


def test_nothing_found_is_no_trouble_and_half_an_answer_is_none() -> None:
    Marketo().check(answer("702"), AT)
    Marketo().check(Answer(206, {"content-range": "bytes 0-1/2"}, b"id"), AT)
    for bad in (Answer(206, {}, b"id"), Answer(200, {}, b"<html>log in</html>"), Answer(200, {}, b"")):
        with pytest.raises(NoAnswer):
            Marketo().check(bad, AT)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Fill Out Form", "fill_out_form"),
        ("Fill Out LinkedIn Lead Gen Form", "fill_out_linkedin_lead_gen_form"),
        ("Email Bounced Soft", "email_bounced_soft"),
        ("Change Status in Progression", "change_status_in_progression"),
        ("Call Webhook", ""),
    ],
)
def test_a_kind_of_activity_is_known_by_its_name(name, ours) -> None:
    assert activity_named(name) == ours


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.example/x?y=1", ("a.example", "/x")),
        ("a.example/x", ("a.example", "/x")),
        ("a.example", ("a.example", "/")),
        ("/x?y=1", ("", "/x")),
        ("", ("", "")),
    ],
)
def test_an_address_is_read_with_and_without_its_host(url, parts) -> None:
    assert page(url) == parts


@given(st.lists(st.lists(st.text(alphabet='a",\n', max_size=5), min_size=1, max_size=3), max_size=6), st.integers(0, 200))
def test_a_part_of_a_file_is_cut_behind_a_whole_record(rows, cut) -> None:
    """Against the ends of records as they were written one by one."""
    ends, data = [0], b""
    for row in rows:
        data += (",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n").encode()
        ends.append(len(data))
    part = data[: min(cut, len(data))]
    assert whole_records(part) == max(end for end in ends if end <= len(part))
