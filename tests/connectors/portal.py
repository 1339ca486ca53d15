"""A small company in a fake HubSpot, and what of it is kept here: the state two pulls are compared by."""

from typing import Any

from tests.fakes.hubspot import FakeHubSpot
from treaty.truth.models import Account, Activity, BuyingRole, Fact, Opportunity, OpportunityChange, Person, SystemRecord


def company(fake: FakeHubSpot, *, people: int = 120) -> None:
    """Two owners, a company for every ten people, histories of stages, deals for every fifth, calls for every third."""
    fake.owner("71", "kim@ours.example", "Kim", "Adler")
    fake.owner("72", "sol@ours.example", "Sol", "Berg")
    for number in range(people):
        if number % 10 == 0:
            firm = fake.put("companies", name=f"Firm {number}", domain=f"firm{number}.example", industry="Pumps", numberofemployees="120")
        person = fake.put(
            "contacts", email=f"p{number}@firm{number // 10 * 10}.example", firstname="Ada", lastname=f"Nr {number}", jobtitle="Buyer",
            lifecyclestage="lead", hubspot_owner_id="71",
        )  # fmt: skip
        fake.link("contacts", person, "companies", firm)
        fake.later(minutes=7)
        if number % 2 == 0:
            fake.put("contacts", person, lifecyclestage="marketingqualifiedlead", jobtitle="Head of buying")
        if number % 5 == 0:
            _deal(fake, number, firm, person)
        if number % 3 == 0:
            call = fake.put(
                "calls", hs_timestamp=fake.at.isoformat(), hs_call_disposition="f240bbac-87c9-4f6e-bf70-924b57d47db7",
                hs_call_direction="OUTBOUND", hubspot_owner_id="72", hs_createdate=fake.at.isoformat(),
            )  # fmt: skip
            fake.link("calls", call, "contacts", person)
        fake.later(minutes=1)


def _deal(fake: FakeHubSpot, number: int, firm: str, person: str) -> None:
    deal = fake.put(
        "deals", dealname=f"Deal {number}", dealstage="appointmentscheduled", amount="1000", deal_currency_code="EUR", hubspot_owner_id="71"
    )
    fake.link("deals", deal, "companies", firm)
    fake.link("deals", deal, "contacts", person)
    fake.later(hours=1)
    fake.put("deals", deal, dealstage="closedwon" if number % 10 == 0 else "contractsent", amount="1250.50", closedate=fake.at.isoformat())


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
