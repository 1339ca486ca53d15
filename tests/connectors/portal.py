"""A small company in each fake vendor, changed by the same verbs, and what of it is kept here: the state two pulls are compared by."""

from typing import Any, Protocol

import pytest

from tests.fakes.hubspot import FakeHubSpot, stamp
from tests.fakes.marketo import FakeMarketo
from tests.fakes.marketo import stamp as stamp_marketo
from tests.fakes.pipedrive import FakePipedrive
from tests.fakes.pipedrive import stamp as stamp_seconds
from tests.fakes.salesforce import FakeSalesforce
from tests.fakes.server import Fake
from treaty.truth.models import Account, Activity, BuyingRole, Fact, Opportunity, OpportunityChange, Person, SystemRecord, Touch


class Portal(Protocol):
    """A fake vendor, and how people there do what every vendor knows. Amounts and ids are texts."""

    fake: Any
    vendor: str
    address: str
    people: str
    """The stream of people."""
    first: str
    won: str
    """What its first and its won stage are called."""
    call_end: str
    """What a call that was answered is told to have ended with."""
    keeps_history: bool
    """Are the values that a person's fields had told?"""
    tells_merges: bool
    """Does a record that was merged say into which?"""
    keeps_deals: bool
    """Is what a deal was before told?"""
    has_calls: bool
    names_stages: bool
    learned: str
    """A part of what it says of itself."""

    @property
    def secrets(self) -> dict[str, str]: ...
    def firm(self, name: str, domain: str) -> str: ...
    def person(self, email: str, name: str, firm: str) -> str: ...
    def rename(self, person: str, title: str) -> None: ...
    def deal(self, name: str, firm: str, person: str) -> str: ...
    def end(self, deal: str, outcome: str) -> None: ...
    def call(self, person: str) -> str: ...
    def delete(self, person: str) -> None: ...
    def restore(self, person: str) -> None: ...
    def merge(self, kept: str, gone: str) -> None: ...
    def mend(self, person: str, email: str) -> None: ...
    def odd_stage(self, deal: str, stage: str) -> None: ...
    def withdraw(self) -> None: ...
    def page_of(self, records: int, monkeypatch: pytest.MonkeyPatch) -> None: ...
    def whole_lists(self) -> int:
        """How many calls asked for all people."""


class HubSpotPortal:
    vendor, address, people, first, won = "hubspot", "", "contacts", "Appointment scheduled", "Closed won"
    call_end, learned = "connected", "owners"
    keeps_history = tells_merges = keeps_deals = has_calls = names_stages = True

    def __init__(self, **settings: Any) -> None:
        self.fake = FakeHubSpot(**settings)
        self.fake.forms = {"f1": "Demo"}
        self.fake.owner("71", "kim@ours.example", "Kim", "Adler")
        self.fake.owner("72", "sol@ours.example", "Sol", "Berg")

    @property
    def secrets(self) -> dict[str, str]:
        return {"token": self.fake.token}

    def firm(self, name: str, domain: str) -> str:
        return self.fake.put("companies", name=name, domain=domain, industry="Pumps", numberofemployees="120")

    def person(self, email: str, name: str, firm: str) -> str:
        first, _, last = name.partition(" ")
        person = self.fake.put(
            "contacts", email=email, firstname=first, lastname=last, jobtitle="Buyer", lifecyclestage="lead", hubspot_owner_id="71"
        )
        if firm:
            self.fake.link("contacts", person, "companies", firm)
        return person

    def rename(self, person: str, title: str) -> None:
        self.fake.put("contacts", person, jobtitle=title)

    def deal(self, name: str, firm: str, person: str) -> str:
        deal = self.fake.put(
            "deals", dealname=name, dealstage="appointmentscheduled", amount="1000", deal_currency_code="EUR", hubspot_owner_id="71"
        )
        for kind, other in (("companies", firm), ("contacts", person)):
            if other:
                self.fake.link("deals", deal, kind, other)
        return deal

    def end(self, deal: str, outcome: str) -> None:
        stage = {"won": "closedwon", "lost": "closedlost", "open": "contractsent"}[outcome]
        self.fake.put("deals", deal, dealstage=stage, amount="1250.50", closedate=stamp(self.fake.at))

    def call(self, person: str) -> str:
        call = self.fake.put(
            "calls", hs_timestamp=self.fake.at.isoformat(), hs_call_disposition="f240bbac-87c9-4f6e-bf70-924b57d47db7",
            hs_call_direction="OUTBOUND", hubspot_owner_id="72", hs_createdate=self.fake.at.isoformat(),
        )  # fmt: skip
        self.fake.link("calls", call, "contacts", person)
        return call

    def delete(self, person: str) -> None:
        self.fake.archive("contacts", person)

    def restore(self, person: str) -> None:
        self.fake.objects["contacts"][person].archived_at = None
        self.fake.put("contacts", person, jobtitle="Back again")

    def merge(self, kept: str, gone: str) -> None:
        self.fake.merge("contacts", kept=kept, gone=gone)

    def mend(self, person: str, email: str) -> None:
        self.fake.put("contacts", person, email=email)

    def odd_stage(self, deal: str, stage: str) -> None:
        self.fake.put("deals", deal, dealstage=stage)

    def withdraw(self) -> None:
        self.fake.token = "pat-new"

    def page_of(self, records: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("treaty.connectors.vendors.hubspot_reading.SIZE", records)

    def whole_lists(self) -> int:
        return sum(
            asked.path.endswith("/contacts") and asked.query.get("archived") != "true" and "properties" in asked.query
            for asked in self.fake.calls
        )


class SalesforcePortal:
    vendor, address, people, first, won = "salesforce", "https://ours.my.salesforce.com", "contacts", "Prospecting", "Closed Won"
    call_end, learned = "connected", "owners"
    keeps_history = tells_merges = keeps_deals = has_calls = names_stages = True

    def __init__(self, **settings: Any) -> None:
        self.fake = FakeSalesforce(**settings)
        self.kim = self.fake.user("005000000000071", "kim@ours.example", "Kim Adler")
        self.sol = self.fake.user("005000000000072", "sol@ours.example", "Sol Berg")

    @property
    def secrets(self) -> dict[str, str]:
        return {"client_id": "app", "client_secret": self.fake.secret}

    def firm(self, name: str, domain: str) -> str:
        return self.fake.put("Account", Name=name, Website=f"https://www.{domain}/", Industry="Pumps", NumberOfEmployees=120)

    def person(self, email: str, name: str, firm: str) -> str:
        return self.fake.put("Contact", Email=email, Name=name, Title="Buyer", AccountId=firm or None, OwnerId=self.kim)

    def rename(self, person: str, title: str) -> None:
        self.fake.put("Contact", person, Title=title)

    def deal(self, name: str, firm: str, person: str) -> str:
        """Made by Sol; who ends it is Kim."""
        deal = self.fake.put("Opportunity", Name=name, StageName="Prospecting", Amount=1000.0, AccountId=firm or None, OwnerId=self.sol)
        if person:
            self.fake.put("OpportunityContactRole", OpportunityId=deal, ContactId=person, Role="Economic Buyer")
        return deal

    def end(self, deal: str, outcome: str) -> None:
        stage = {"won": "Closed Won", "lost": "Closed Lost", "open": "Negotiation"}[outcome]
        self.fake.put("Opportunity", deal, StageName=stage, Amount=1250.5, CloseDate=self.fake.at.date().isoformat(), OwnerId=self.kim)

    def call(self, person: str) -> str:
        return self.fake.put(
            "Task", WhoId=person, OwnerId=self.sol, Subject="Call", IsClosed=True, TaskSubtype="Call", CallDisposition="connected",
            CallType="Outbound", ActivityDate=self.fake.at.date().isoformat(), CompletedDateTime=stamp(self.fake.at),
        )  # fmt: skip

    def delete(self, person: str) -> None:
        self.fake.delete("Contact", person)

    def restore(self, person: str) -> None:
        self.fake.put("Contact", person, IsDeleted=False, Title="Back again")

    def merge(self, kept: str, gone: str) -> None:
        self.fake.delete("Contact", gone, into=kept)

    def mend(self, person: str, email: str) -> None:
        self.fake.put("Contact", person, Email=email)

    def odd_stage(self, deal: str, stage: str) -> None:
        self.fake.put("Opportunity", deal, StageName=stage)

    def withdraw(self) -> None:
        self.fake.secret = "new"
        self.fake.tokens.clear()

    def page_of(self, records: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake.size = records

    def whole_lists(self) -> int:
        return sum("FROM Contact ORDER" in asked.query.get("q", "") for asked in self.fake.calls)


class PipedrivePortal:
    """A deal keeps the stage in which it is won or lost."""

    vendor, address, people, first, won, call_end = "pipedrive", "", "persons", "Qualified", "Negotiations", ""
    keeps_history = tells_merges = False
    keeps_deals = has_calls = names_stages = True
    learned = "owners"

    def __init__(self, **settings: Any) -> None:
        self.fake = FakePipedrive(**settings)
        for number, email, name in ((71, "kim@ours.example", "Kim Adler"), (72, "sol@ours.example", "Sol Berg")):
            self.fake.users.append({"id": number, "email": email, "name": name, "active_flag": True})

    @property
    def secrets(self) -> dict[str, str]:
        return {"token": self.fake.token}

    def firm(self, name: str, domain: str) -> str:
        return self.fake.put("organizations", name=name, website=f"https://{domain}", industry="Pumps", employee_count=120, owner_id=71)

    def person(self, email: str, name: str, firm: str) -> str:
        emails = [{"value": "second@else.example", "primary": False}, {"value": email, "primary": True}]
        return self.fake.put("persons", name=name, emails=emails, job_title="Buyer", org_id=int(firm) if firm else None, owner_id=71)

    def rename(self, person: str, title: str) -> None:
        self.fake.put("persons", person, job_title=title)

    def deal(self, name: str, firm: str, person: str) -> str:
        return self.fake.put(
            "deals", title=name, stage_id=1, pipeline_id=1, status="open", value=1000, currency="EUR", owner_id=71,
            org_id=int(firm) if firm else None, person_id=int(person) if person else None, won_time=None, lost_time=None,
        )  # fmt: skip

    def end(self, deal: str, outcome: str) -> None:
        ended = {} if outcome == "open" else {f"{outcome}_time": stamp_seconds(self.fake.at)}
        self.fake.put("deals", deal, stage_id=2, status=outcome, value=1250.5, **ended)

    def call(self, person: str) -> str:
        done = stamp_seconds(self.fake.at)
        return self.fake.put(
            "activities", type="call", subject="Call", done=True, marked_as_done_time=done, person_id=int(person), owner_id=72
        )

    def delete(self, person: str) -> None:
        self.fake.put("persons", person, is_deleted=True)

    def restore(self, person: str) -> None:
        self.fake.put("persons", person, is_deleted=False, job_title="Back again")

    def merge(self, kept: str, gone: str) -> None:
        self.fake.put("persons", gone, is_deleted=True)

    def mend(self, person: str, email: str) -> None:
        self.fake.put("persons", person, emails=[{"value": email, "primary": True}])

    def odd_stage(self, deal: str, stage: str) -> None:
        self.fake.put("deals", deal, stage_id=int(stage))

    def withdraw(self) -> None:
        self.fake.token = "new"

    def page_of(self, records: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("treaty.connectors.vendors.pipedrive.SIZE", records)

    def whole_lists(self) -> int:
        return sum(asked.path == "/api/v2/persons" and "updated_since" not in asked.query for asked in self.fake.calls)


class MarketoPortal:
    """Leads carry their company; sales works elsewhere; a deal is found by the people who take part in it."""

    vendor, address, people, first, won, call_end = "marketo", "https://123-abc-456.mktorest.com", "leads", "Prospecting", "Closed Won", ""
    keeps_history = keeps_deals = has_calls = names_stages = False
    tells_merges = True
    learned = "activities"

    def __init__(self, **settings: Any) -> None:
        self.fake = FakeMarketo(**settings)
        self.fake.sellers = {"71": "kim@ours.example", "72": "sol@ours.example"}
        self.firms: dict[str, dict[str, Any]] = {}

    @property
    def secrets(self) -> dict[str, str]:
        return {"client_id": "service", "client_secret": self.fake.secret}

    def firm(self, name: str, domain: str) -> str:
        firm = f"c{len(self.firms) + 1}"
        self.firms[firm] = {
            "externalCompanyId": firm, "company": name, "website": f"https://{domain}", "industry": "Pumps", "numberOfEmployees": 120,
        }  # fmt: skip
        return firm

    def person(self, email: str, name: str, firm: str) -> str:
        first, _, last = name.partition(" ")
        return self.fake.put(
            email=email, firstName=first, lastName=last, title="Buyer", leadOwnerEmailAddress="kim@ours.example", **self.firms.get(firm, {})
        )

    def rename(self, person: str, title: str) -> None:
        self.fake.put(person, title=title)

    def deal(self, name: str, firm: str, person: str) -> str:
        deal = self.fake.put_deal(
            name=name,
            stage="Prospecting",
            amount="1000",
            isClosed=False,
            isWon=False,
            externalCompanyId=firm or None,
            externalSalesPersonId="71",
        )
        self.fake.take_part(deal, person or self.person(f"{name.replace(' ', '')}@else.example", "Else", ""), "Economic Buyer")
        return deal

    def end(self, deal: str, outcome: str) -> None:
        stage = {"won": "Closed Won", "lost": "Closed Lost", "open": "Negotiation"}[outcome]
        closed = {} if outcome == "open" else {"closeDate": stamp_marketo(self.fake.at), "isClosed": True, "isWon": outcome == "won"}
        self.fake.put_deal(deal, stage=stage, amount="1250.50", **closed)

    def call(self, person: str) -> str:
        return self.fake.did(int(person), "Visit Webpage", "ours.example/pricing", Webpage_URL="/pricing")

    def delete(self, person: str) -> None:
        self.gone = self.fake.leads[int(person)]
        self.fake.delete(person)

    def restore(self, person: str) -> None:
        """The vendor itself brings nobody back: as if they had never been deleted."""
        self.fake.leads[int(person)] = self.gone
        self.fake.deleted.clear()
        self.fake.did(int(person), "New Lead")
        self.fake.put(person, title="Back again")

    def merge(self, kept: str, gone: str) -> None:
        self.fake.merge(kept, gone)

    def mend(self, person: str, email: str) -> None:
        self.fake.put(person, email=email)

    def odd_stage(self, deal: str, stage: str) -> None:
        self.fake.put_deal(deal, stage=stage)

    def withdraw(self) -> None:
        self.fake.secret = "new"
        self.fake.tokens.clear()

    def page_of(self, records: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake.size = records
        monkeypatch.setattr("treaty.connectors.vendors.marketo_export.CHUNK", records * 160)

    def whole_lists(self) -> int:
        return sum(asked.path == "/bulk/v1/leads/export/create.json" for asked in self.fake.calls)


PORTALS: dict[str, type[Any]] = {portal.vendor: portal for portal in (HubSpotPortal, SalesforcePortal, PipedrivePortal, MarketoPortal)}


def company(portal: Portal, *, people: int = 120) -> None:
    """A firm for every ten people, titles that change, deals for every fifth, calls for every third."""
    fake, firm = portal.fake, ""
    for number in range(people):
        if number % 10 == 0:
            firm = portal.firm(f"Firm {number}", f"firm{number}.example")
        person = portal.person(f"p{number}@firm{number // 10 * 10}.example", f"Ada Nr {number}", firm)
        fake.later(minutes=7)
        if number % 2 == 0:
            portal.rename(person, "Head of buying")
        if number % 5 == 0:
            deal = portal.deal(f"Deal {number}", firm, person)
            fake.later(hours=1)
            portal.end(deal, "won" if number % 10 == 0 else "open")
        if number % 3 == 0:
            portal.call(person)
        fake.later(minutes=1)


def begun(vendor: str, *, people: int = 120, **settings: Any) -> Portal:
    portal: Portal = PORTALS[vendor](**settings)
    company(portal, people=people)
    assert isinstance(portal.fake, Fake)
    return portal


def state() -> dict[str, list[Any]]:
    """All that was kept, without numbers of rows and moments of receipt."""
    emails = dict(Person.objects.values_list("pk", "email"))
    domains = dict(Account.objects.values_list("pk", "domain"))
    whose = {"person": emails, "account": domains}
    facts = [
        (fact.subject, whose[fact.subject].get(fact.subject_id), fact.field, _value(fact, domains), fact.occurred_at, fact.known_at)
        for fact in Fact.objects.all()
    ]
    deals = Opportunity.objects.values_list(
        "external_id", "name", "stage", "outcome", "amount", "currency", "closed_at", "account__domain", "owner__email"
    )
    return {
        "people": sorted(Person.objects.values_list("email", "name", "title", "account__domain", "merged_into__email")),
        "facts": sorted(facts, key=repr),
        "deals": sorted(deals),
        "changes": sorted(OpportunityChange.objects.values_list("opportunity__external_id", "field", "value", "at", "known_at")),
        "roles": sorted(BuyingRole.objects.values_list("opportunity__external_id", "person__email")),
        "activities": sorted(
            Activity.objects.values_list("external_id", "kind", "outcome", "direction", "member__email", "person__email", "occurred_at")
        ),
        "touches": sorted(Touch.objects.values_list("message_id", "kind", "person__email", "campaign", "path", "occurred_at")),
        "records": sorted(
            (
                row.kind,
                row.external_id,
                row.stage,
                row.outcome,
                str(row.amount),
                row.owner,
                repr(sorted(row.said.items())),
                str(row.gone_at),
                row.gone_into,
            )
            for row in SystemRecord.objects.all()
        ),
    }


def _value(fact: Fact, domains: dict[int, str]) -> Any:
    if fact.field == "account":
        return domains.get(int(fact.number or 0))
    return fact.text if fact.text is not None else fact.number
