"""What Salesforce alone does: two ways to sign in, an address it tells, locators that run out, leads that become contacts."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.connectors.portal import SalesforcePortal, state
from tests.connectors.pulls import connected, forget_all, pulled
from tests.connectors.waits import Waits
from treaty.config import config
from treaty.connectors.connections import CannotConnect
from treaty.connectors.models import Connection
from treaty.connectors.vendors.salesforce import Salesforce
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, Lost, SignedOut, Trouble
from treaty.outward import Answer
from treaty.truth.models import Campaign, Fact, Identity, Opportunity, Person, Touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(waits: Waits) -> SalesforcePortal:
    return SalesforcePortal(clock=lambda: waits.now)


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def pem(key: RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_signs_a_user_in_also_on_one_line(portal, key, form) -> None:
    portal.fake.key = key.public_key()
    made = connected(portal, client_secret="", private_key=pem(key, form).replace("\n", " "), user="kim@ours.example")
    assert made.known["owners"]["005000000000071"] == "kim@ours.example"


def test_a_key_the_vendor_does_not_know_connects_nothing(portal, key) -> None:
    portal.fake.key = generate_private_key(65537, 2048).public_key()
    with pytest.raises(CannotConnect, match="invalid_grant"):
        connected(portal, client_secret="", private_key=pem(key), user="kim@ours.example")


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        ({"client_secret": ""}, "neither a client secret nor a private key"),
        ({"private_key": "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----", "user": "kim"}, "cannot be read"),
        ({"private_key": "no key at all", "user": "kim"}, "cannot be read"),
        ({"private_key": "x"}, "name the user"),
        ({"client_id": ""}, "Salesforce needs client_id"),
    ],
)
def test_what_is_no_way_in_says_what_is_missing(portal, secrets, says) -> None:
    with pytest.raises(CannotConnect, match=says):
        connected(portal, **secrets)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "instance", ["https://evil.example", "http://ours2.my.salesforce.com", "https://evilsalesforce.com", "https://127.0.0.1"]
)
def test_signing_in_may_not_lead_elsewhere(portal, instance) -> None:
    portal.fake.instance = instance
    with pytest.raises(CannotConnect, match="name it in TREATY_REACHABLE"):
        connected(portal)


@pytest.mark.parametrize("instance", ["https://ours--b.my.salesforce.com", "https://crm.ours.example"])
def test_signing_in_leads_within_the_vendor_or_where_it_was_allowed(portal, instance, monkeypatch) -> None:
    monkeypatch.setattr(config(), "reachable", "crm.ours.example")
    portal.fake.instance = instance
    assert connected(portal).vendor == "salesforce"


def test_a_token_that_runs_out_is_had_again_and_again(portal) -> None:
    portal.fake.uses = 3
    for number in range(60):
        portal.person(f"p{number}@firm.example", f"P {number}", "")
    portal.fake.size = 10
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert Person.objects.count() == 60
    assert len(portal.fake.tokens) > 5


def test_where_every_locator_has_run_out_the_query_goes_on_behind_the_last_record(portal) -> None:
    for number in range(60):  # all changed at the same moment, as a bulk load writes them
        portal.person(f"p{number}@firm.example", f"P {number}", "")
    portal.fake.size = 10
    pulled(connected(portal, "calm"), portal.fake)
    expected = state()
    forget_all()
    connection = connected(portal, "forgetful")
    portal.fake.forgets = True
    portal.fake.calls.clear()
    done = pulled(connection, portal.fake)
    assert done.problems == {}
    assert state() == expected
    assert portal.whole_lists() == 1, "it did not begin anew"


def test_a_converted_lead_and_its_contact_are_one_person(portal) -> None:
    """Neither has an e-mail address: only the conversion says so."""
    lead = portal.fake.put("Lead", Name="Bo Ek", Company="[not provided]", Status="Open", OwnerId=portal.kim)
    connection = connected(portal)
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    before = Person.objects.get()
    portal.fake.later(days=2)
    firm = portal.firm("Ek", "ek.example")
    contact = portal.fake.put("Contact", Name="Bo Ek", AccountId=firm, OwnerId=portal.kim)
    portal.fake.put("Lead", lead, Status="Closed - Converted", IsConverted=True, ConvertedContactId=contact, ConvertedAccountId=firm)
    portal.fake.later(minutes=1)
    done = pulled(connection, portal.fake)
    assert done.problems == {}
    now = Person.objects.get(merged_into=None)
    assert set(Identity.objects.filter(value__in=[lead, contact]).values_list("person", flat=True)) == {now.pk}
    assert before.pk in {person.pk for person in Person.objects.all()}
    statuses = Fact.objects.filter(subject="person", subject_id=now.pk, field="lead_status").order_by("occurred_at")
    assert [fact.text for fact in statuses] == ["Open", "Closed - Converted"]
    assert now.account is not None
    assert now.account.domain == "ek.example"


def _changes(deal: str, field: str, since: datetime) -> list[tuple[int, str]]:
    """(days after `since`, value) of each change that is kept."""
    rows = Opportunity.objects.get(external_id=deal).changes.filter(field=field).order_by("at")
    return [((row.at - since) // timedelta(days=1), row.value) for row in rows]


@pytest.mark.parametrize("is_pulled_before", [False, True], ids=["all at once", "as it happens"])
def test_who_owned_a_deal_is_told_by_the_history_of_its_fields(portal, is_pulled_before) -> None:
    """Made by Sol; three days later Kim has it, and two days after that Sol again. Of names that the history tells too nothing is made."""
    fake, made = portal.fake, portal.fake.at
    deal = portal.deal("Deal", portal.firm("Acme", "acme.example"), "")
    connection = connected(portal)
    for days, owner in ((3, portal.kim), (2, portal.sol)):
        if is_pulled_before:
            pulled(connection, fake)
        fake.later(days=days)
        fake.put("Opportunity", deal, OwnerId=owner)
        fake.later(minutes=1)
    assert pulled(connection, fake).problems == {}
    assert _changes(deal, "owner", made) == [(0, "sol@ours.example"), (3, "kim@ours.example"), (5, "sol@ours.example")]
    assert _changes(deal, "stage", made) == [(0, "Prospecting")]


@pytest.mark.parametrize("hidden", ["OpportunityHistory", "OpportunityFieldHistory"])
def test_either_history_of_a_deal_says_its_stages_and_amounts(portal, hidden) -> None:
    """Made with 1,000; four days later won with 1,250.50 and Kim's."""
    fake, made = portal.fake, portal.fake.at
    fake.hidden = {hidden}
    deal = portal.deal("Deal", "", "")
    connection = connected(portal)
    pulled(connection, fake)
    fake.later(days=4)
    portal.end(deal, "won")
    fake.later(minutes=1)
    assert pulled(connection, fake).problems == {}
    assert _changes(deal, "stage", made) == [(0, "Prospecting"), (4, "Closed Won")]
    assert _changes(deal, "amount", made) == [(0, "1000"), (4, "1250.5")]
    assert _changes(deal, "close_on", made) == [(4, "2026-01-09")]
    owners = [(0, "sol@ours.example"), (4, "kim@ours.example")]
    assert _changes(deal, "owner", made) == (owners if hidden == "OpportunityHistory" else [])


def test_only_who_responded_to_a_campaign_touched_something(portal) -> None:
    first, second = (portal.person(f"p{number}@firm.example", f"P {number}", "") for number in range(2))
    campaign = portal.fake.put("Campaign", Name="Fair 2026", Type="Event", StartDate="2026-01-01", BudgetedCost=5000.0)
    told = {"Campaign.Name": "Fair 2026", "Campaign.Type": "Event", "CampaignId": campaign}
    portal.fake.put("CampaignMember", ContactId=first, HasResponded=True, FirstRespondedDate="2026-01-04", Status="Was there", **told)
    portal.fake.put("CampaignMember", ContactId=second, HasResponded=False, Status="Responded", **told)
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    touch = Touch.objects.get()
    assert (touch.person.email, touch.kind, touch.campaign) == ("p0@firm.example", "campaign_response", "Fair 2026")
    assert touch.occurred_at == datetime(2026, 1, 4, tzinfo=UTC)
    assert Campaign.objects.get(name="Fair 2026").budget == 5000


def test_what_a_field_was_before_its_first_change_is_told_of_young_records_alone(portal) -> None:
    young, old = (portal.fake.put("Lead", Name=name, Email=f"{name}@x.example", Company="X", Status="Open") for name in ("young", "old"))
    portal.fake.later(days=500)
    portal.fake.put("Lead", young, Status="Working")
    portal.fake.later(days=100)
    portal.fake.put("Lead", old, Status="Working")
    pulled(connected(portal), portal.fake)

    def told(name: str) -> list[str]:
        person = Person.objects.get(name=name).pk
        facts = Fact.objects.filter(subject="person", subject_id=person, field="lead_status").order_by("occurred_at")
        return [str(fact.text) for fact in facts]

    assert told("young") == ["Open", "Working"]
    assert told("old") == ["Working"], "its history may have been longer than the vendor keeps it"


def test_a_deal_closed_on_the_day_the_company_says(portal) -> None:
    """Moved to its last stage on the 6th: at that moment if that day is stated, at the beginning of another day if that is."""
    firm = portal.firm("Firm", "firm.example")
    deals = [portal.deal(name, firm, portal.person(f"{name}@firm.example", name, firm)) for name in ("same", "other")]
    moved = portal.fake.later(days=1)
    portal.fake.put("Opportunity", deals[0], StageName="Closed Won", CloseDate="2026-01-06")
    portal.fake.put("Opportunity", deals[1], StageName="Closed Lost", CloseDate="2026-01-02")
    pulled(connected(portal), portal.fake)
    assert Opportunity.objects.get(name="same").closed_at == moved
    assert Opportunity.objects.get(name="other").closed_at == datetime(2026, 1, 2, tzinfo=UTC)


def test_tasks_still_to_be_done_say_nothing(portal) -> None:
    person = portal.person("p@firm.example", "P", "")
    portal.fake.put("Task", WhoId=person, Subject="Call back", IsClosed=False, TaskSubtype="Call")
    done = pulled(connected(portal), portal.fake)
    assert (done.problems, done.refused) == ({}, 0)
    from treaty.truth.models import Activity

    assert not Activity.objects.exists()


def test_when_most_of_a_days_calls_are_used_the_rest_is_left_to_others(portal) -> None:
    connection = connected(portal)
    portal.fake.daily = len(portal.fake.calls) + 3
    done = pulled(connection, portal.fake)
    assert "little left of its quota" in " ".join(done.problems.values())
    assert len(portal.fake.calls) <= portal.fake.daily


def error(status: int, code: str, message: str = "x") -> Answer:
    return Answer(status, {}, f'[{{"errorCode": "{code}", "message": "{message}"}}]'.encode())


@pytest.mark.parametrize(
    ("answer", "trouble", "after"),
    [
        (error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Busy, 900.0),
        (error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests"), Busy, None),
        (error(400, "QUERY_TIMEOUT"), Busy, None),
        (error(401, "INVALID_SESSION_ID"), SignedOut, None),
        (error(400, "INVALID_QUERY_LOCATOR"), Lost, None),
        (error(403, "INSUFFICIENT_ACCESS"), Forbidden, None),
        (error(400, "INVALID_FIELD"), Declined, None),
        (Answer(503, {}, b"<html>"), Busy, None),
        (Answer(400, {}, b'{"error": "invalid_grant", "error_description": "expired"}'), SignedOut, None),
        (Answer(400, {}, b'{"error": "unknown_error", "error_description": "retry your request"}'), Busy, None),
    ],
)
def test_each_trouble_is_named_by_what_can_be_done(answer, trouble, after) -> None:
    with pytest.raises(Trouble) as told:
        Salesforce().check(answer, datetime(2026, 1, 1, tzinfo=UTC))
    assert type(told.value) is trouble
    if isinstance(told.value, Busy):
        assert told.value.after == after


def test_an_assertion_is_good_for_three_minutes_at_the_right_place(portal, key) -> None:
    """Against a clock ahead of ours by four minutes it is turned away."""
    portal.fake.key = key.public_key()
    connection = connected(portal, client_secret="", private_key=pem(key), user="kim@ours.example")
    portal.fake.tokens.clear()
    late = portal.fake.at
    portal.fake.at += timedelta(minutes=4)
    from tests.fakes.server import Transport
    from treaty.connectors.pulling import pull
    from treaty.outward import Outward

    done = pull(connection, clock=lambda: late, outward=Outward(Transport(portal.fake)))
    assert "invalid_grant" in " ".join(done.problems.values())
