"""The demo company's people in two fake systems on this machine: `python -m tests.fakes.company`, beside a running `treaty demo`.

Both have the same firms and people but for planted differences, and five deals that know each other. A second start finds
the systems connected and gives them their new address.
"""

import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.salesforce import FakeSalesforce
from tests.fakes.server import served

PEOPLE, DEALS = 60, 5
HUBSPOT, SALESFORCE = "Demo HubSpot", "Demo Salesforce"
WORDS = {
    "subscriber": ("subscriber", "New"),
    "engaged": ("lead", "Open"),
    "marketing_qualified": ("marketingqualifiedlead", "Marketing qualified"),
    "sales_accepted": ("salesacceptedlead", "Accepted"),
    "sales_qualified": ("salesqualifiedlead", "Qualified"),
    "opportunity": ("opportunity", "In a deal"),
    "customer": ("customer", "Customer"),
    "rejected": ("returned", "Returned"),
    "recycled": ("nurture", "Nurture"),
    "disqualified": ("other", "Closed, no fit"),
}
"""What each stage of the agreement is called in HubSpot and in Salesforce."""
OPTIONS: dict[str, dict[str, str]] = {
    **{name: {} for name in ("jobtitle", "hs_seniority", "phone", "country", "hs_language", "hs_analytics_source", "company")},
    **{name: {} for name in ("industry", "numberofemployees", "closed_lost_reason", "closed_won_reason", "treaty_stage", "treaty_grade")},
    "hs_email_optout": {"true": "Yes", "false": "No"},
    "hs_lead_status": {"NEW": "New", "OPEN": "Open", "CONNECTED": "Connected", "UNQUALIFIED": "Unqualified"},
    "treaty_answer": {"accepted": "Accepted", "rejected": "Rejected", "recycled": "Recycled"},
    "lifecyclestage": {words[0]: words[0].capitalize() for words in WORDS.values()},
}
"""Properties HubSpot has beside those that hold something, with their choices."""
ODD = ("evangelist", "On hold")
"""Nobody said what these are to us."""


@dataclass(frozen=True)
class Known:
    """Somebody of the demo company, as both systems know them."""

    email: str
    name: str
    firm: str
    domain: str
    stage: str


def filled(people: Sequence[Known], members: Sequence[tuple[str, str]], at: datetime) -> tuple[FakeHubSpot, FakeSalesforce]:
    """Both systems. Of every ten people one is in HubSpot alone, one in Salesforce alone, one's stages differ; two have odd stages."""
    began = at - timedelta(days=30)
    hubspot, salesforce = FakeHubSpot(at=began, options=OPTIONS), FakeSalesforce(at=began, uses=10_000)
    users = [_user(number, email, name, hubspot, salesforce) for number, (email, name) in enumerate(members, 71)]
    firms: dict[str, tuple[str, str]] = {}
    for place, one in enumerate(people):
        hubspot.later(minutes=7)
        salesforce.later(minutes=7)
        if one.domain and one.domain not in firms:
            firms[one.domain] = _firm(one, hubspot, salesforce)
        theirs, ours = WORDS.get(one.stage, ("lead", "Open"))
        if place % 10 == 3:
            ours = WORDS["recycled"][1]
        if place in (5, 15):
            theirs, ours = ODD
        company, account = firms.get(one.domain, ("", ""))
        if place % 10 != 1:
            _contact(one, theirs, company, hubspot)
        if place % 10 != 2:
            first, _, last = one.name.partition(" ")
            salesforce.put("Lead", Email=one.email, Name=one.name, FirstName=first, LastName=last, Company=one.firm, Status=ours)
        if place < DEALS * 10 and place % 10 == 0:
            _deal(one, place, company, account, users[place % len(users)], hubspot, salesforce)
    return hubspot, salesforce


def _user(number: int, email: str, name: str, hubspot: FakeHubSpot, salesforce: FakeSalesforce) -> str:
    first, _, last = name.partition(" ")
    hubspot.owner(str(number), email, first, last)
    return salesforce.user(f"{number:015d}", email, name)


def _firm(one: Known, hubspot: FakeHubSpot, salesforce: FakeSalesforce) -> tuple[str, str]:
    name = one.firm or one.domain
    return hubspot.put("companies", name=name, domain=one.domain), salesforce.put("Account", Name=name, Website=f"https://{one.domain}/")


def _contact(one: Known, stage: str, company: str, hubspot: FakeHubSpot) -> None:
    first, _, last = one.name.partition(" ")
    number = hubspot.put("contacts", email=one.email, firstname=first, lastname=last, lifecyclestage=stage)
    if company:
        hubspot.link("contacts", number, "companies", company)


def _deal(one: Known, place: int, company: str, account: str, owner: str, hubspot: FakeHubSpot, salesforce: FakeSalesforce) -> None:
    """One deal in both, which HubSpot's own link says; of every second the amounts differ."""
    name, amount = f"{one.firm or one.name}: service contract", 4000 + 500 * place // 10
    close_on = (salesforce.at + timedelta(days=60)).date().isoformat()
    deal = {"Name": name, "StageName": "Prospecting", "Amount": float(amount), "CloseDate": close_on, "AccountId": account or None}
    there = salesforce.put("Opportunity", OwnerId=owner, **deal)
    here = hubspot.put(
        "deals",
        dealname=name,
        dealstage="appointmentscheduled",
        amount=str(amount + 1500 * (place // 10 % 2)),
        closedate=f"{close_on}T12:00:00Z",
        deal_currency_code="EUR",
        hs_salesforceopportunityid=there,
    )
    if company:
        hubspot.link("deals", here, "companies", company)


def main() -> None:
    """Serve both until the parent ends, and connect them."""
    from treaty.jobs.__main__ import set_up
    from treaty.processes import end_with_parent

    end_with_parent()
    os.environ["TREATY_REACHABLE"] = "127.0.0.1"
    set_up("systems")
    from treaty.team.models import Member

    members = list(Member.objects.filter(is_active=True).order_by("email").values_list("email", "name"))
    hubspot, salesforce = filled(_people(), members, datetime.now(UTC))
    with ExitStack() as closed:
        places = {HUBSPOT: closed.enter_context(served(hubspot)), SALESFORCE: closed.enter_context(served(salesforce))}
        salesforce.instance = places[SALESFORCE]
        _connect(HUBSPOT, "hubspot", {"token": hubspot.token}, places[HUBSPOT], 0)
        _connect(SALESFORCE, "salesforce", {"client_id": "app", "client_secret": salesforce.secret}, places[SALESFORCE], 1)
        print("two systems are connected:", *places.values(), flush=True)
        signal.pause()


def _people() -> list[Known]:
    from treaty.truth.models import Lead

    leads = Lead.objects.filter(person__merged_into=None).exclude(person__email="").exclude(person__name="")
    rows = {lead.person_id: lead for lead in leads.select_related("person__account").order_by("person_id", "number")[: 4 * PEOPLE]}
    numbers = count()
    return [
        Known(lead.person.email, lead.person.name, account.name if account else "", account.domain if account else "", lead.stage)
        for lead in rows.values()
        for account in (lead.person.account,)
        if next(numbers) < PEOPLE
    ]


def _connect(name: str, vendor: str, secrets: dict[str, str], address: str, place: int) -> None:
    """Under its name, or at its new address; what its stages are to us is said, but for the odd ones."""
    from treaty.connectors.connections import connect
    from treaty.connectors.models import Connection
    from treaty.jobs.clock import now

    known = Connection.objects.filter(source__name=name).first()
    if known is not None:
        Connection.objects.filter(pk=known.pk).update(address=address, problem="", problem_at=None)
        return
    source = connect(name, vendor, secrets, clock=now, address=address).source
    source.settings = {**source.settings, "system": vendor, "stages": {"person": {words[place]: ours for ours, words in WORDS.items()}}}
    source.save(update_fields=["settings"])


if __name__ == "__main__":
    main()
