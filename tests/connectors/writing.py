"""A connected fake vendor whose people are leads of the small world, allowed to be written to: for the tests of every vendor."""

from dataclasses import dataclass
from typing import Any

from tests.connectors.portal import PORTALS, Portal
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import Waits
from tests.fakes.server import Transport
from treaty.connectors.models import Connection
from treaty.connectors.writes import carrying
from treaty.connectors.writes.allowed import allow
from treaty.jobs.reactions import REACTIONS
from treaty.journal import queries
from treaty.journal.models import Outgoing
from treaty.outward import Outward
from treaty.qualification.moves import How, Why, move
from treaty.qualification.passes import Opening, open_lead
from treaty.truth.models import Lead, Person, SystemRecord

CODE = {kind: f"{kind:a<40}"[:40] for kind in ("stage", "grade", "answer")}
"""Codes of fields that a company added to its Pipedrive."""
FIELDS = {
    "hubspot": {
        "stage": {"person": "hs_lead_status"}, "grade": {"person": "treaty_grade"}, "owner": {"person": "hubspot_owner_id"},
        "disposition": {"person": "treaty_answer"},
    },
    "salesforce": {
        "stage": {"person": "Treaty_Stage__c"}, "grade": {"person": "Treaty_Grade__c"}, "owner": {"person": "OwnerId"},
        "disposition": {"person": "Treaty_Answer__c"},
    },
    "pipedrive": {
        "stage": {"person": CODE["stage"]}, "grade": {"person": CODE["grade"]}, "owner": {"person": "owner_id"},
        "disposition": {"person": CODE["answer"]},
    },
    "marketo": {
        "stage": {"person": "treatyStage"}, "grade": {"person": "treatyGrade"}, "owner": {"person": "treatyOwner"},
        "disposition": {"person": "treatyAnswer"},
    },
}  # fmt: skip
NUMBERS = {"sol": "81", "sam": "82"}
"""What the systems call their users; a Marketo lists nobody."""


@dataclass
class Company:
    """One connected system. at: by its clock"""

    portal: Portal
    connection: Connection
    world: Any
    said: int = 0

    @property
    def fake(self) -> Any:
        return self.portal.fake

    @property
    def lists_owners(self) -> bool:
        return self.portal.vendor != "marketo"

    @property
    def keeps_notes(self) -> bool:
        return self.portal.vendor != "marketo"

    def leads(self, n: int) -> list[Lead]:
        """So many new people there, pulled, each a lead that has just become marketing qualified."""
        emails = [f"w{number}@firm.example" for number in range(n)]
        for email in emails:
            self.portal.person(email, f"Ada {email[:3]}", "")
        self.fake.later(minutes=10)
        self.pull()
        people = {person.email: person for person in Person.objects.filter(email__in=emails)}
        found = []
        for email in emails:
            lead = open_lead(Opening(people[email], "engaged", self.fake.at, Why(How.DEFINITION), segment="dach"), self.world.version)
            move(lead, "marketing_qualified", at=self.fake.at, why=Why(How.DEFINITION))
            lead.refresh_from_db()
            found.append(lead)
        return found

    def allow(self, **more: Any) -> None:
        kept = {"on": True, "fields": FIELDS[self.portal.vendor], "options": {}, "brief": False, **more}
        allow(self.connection, kept, {}, at=self.fake.at, by=self.world.rui)

    def pull(self) -> None:
        assert pulled(self.connection, self.fake).problems == {}

    def react(self) -> None:
        """What the journal said since is put down."""
        while entries := queries.after(self.said):
            REACTIONS["write"](entries, self.fake.at)
            self.said = entries[-1].seq

    def react_to(self, leads: list[Lead]) -> None:
        """What happened to these leads alone is put down, as if nothing else had been said."""
        keys = {lead.key for lead in leads}
        entries = [entry for entry in queries.after(self.said, 100_000) if entry.subject_key in keys]
        REACTIONS["write"](entries, self.fake.at)

    def carry(self, transport: Any = None, *, turns: int = 1) -> int:
        self.connection.refresh_from_db()
        outward = Outward(transport or Transport(self.fake))
        return sum(carrying.carry(self.connection, clock=lambda: self.fake.at, outward=outward) for _ in range(turns))

    def carry_all(self, most: int = 10_000) -> int:
        """Turn after turn until nothing waits any more; how many turns."""
        for turn in range(most):
            if not Outgoing.objects.filter(door="write", state__in=["waiting", "sending"]).exists():
                return turn
            if not self.carry():
                self.fake.later(seconds=30)
        raise AssertionError("it never ends")

    def record(self, lead: Lead) -> str:
        return SystemRecord.objects.get(source=self.connection.source, kind="person", person=lead.person).external_id

    def there(self, lead: Lead, kind: str) -> str:
        """What the vendor itself has in the field of a kind."""
        name, number = FIELDS[self.portal.vendor][kind]["person"], self.record(lead)
        if self.portal.vendor == "hubspot":
            return str(self.fake.objects["contacts"][number].value(name) or "")
        if self.portal.vendor == "salesforce":
            return str(self.fake.objects["Contact"][number].get(name) or "")
        if self.portal.vendor == "marketo":
            return str(self.fake.leads[int(number)].get(name) or "")
        thing = self.fake.objects["persons"][int(number)]
        return str({**thing, **thing.get("custom_fields", {})}.get(name) or "")

    def by_hand(self, lead: Lead, kind: str, value: str) -> None:
        """Somebody there writes it."""
        name, number = FIELDS[self.portal.vendor][kind]["person"], self.record(lead)
        if self.portal.vendor == "pipedrive":
            custom = {**self.fake.objects["persons"][int(number)].get("custom_fields", {}), name: value}
            self.fake.put("persons", number, custom_fields=custom)
        elif self.portal.vendor == "marketo":
            self.fake.put(number, **{name: value})
        else:
            self.fake.put({"hubspot": "contacts", "salesforce": "Contact"}[self.portal.vendor], number, **{name: value})

    def owner_there(self, lead: Lead) -> str:
        """The address of the one who owns the lead there."""
        said = self.there(lead, "owner")
        if not self.lists_owners:
            return said
        return next((str(getattr(self.world, name).email) for name, number in NUMBERS.items() if said.endswith(number)), "")

    def notes(self, lead: Lead) -> list[str]:
        if not self.keeps_notes:
            return []
        number = self.record(lead)
        if self.portal.vendor == "hubspot":
            links = self.fake.objects["contacts"][number].links.get("notes", [])
            return [self.fake.objects["notes"][one].value("hs_note_body") for one in links]
        if self.portal.vendor == "salesforce":
            tasks = [one for one in self.fake.objects["Task"].values() if one["WhoId"] == number]
            return [f"{one['Description']}\n{one['Subject']}" for one in tasks]
        return [one["content"] for one in self.fake.objects.get("notes", {}).values() if str(one["person_id"]) == number]

    def guard(self, lead: Lead) -> None:
        self.fake.guarded.add(self.record(lead))

    def held_by_lead(self, lead: Lead) -> Outgoing:
        return Outgoing.objects.filter(door="write", subject_key=lead.key).latest("id")


def company(vendor: str, world: Any, waits: Waits, **settings: Any) -> Company:
    portal: Portal = PORTALS[vendor](clock=lambda: waits.now, **settings)
    fake = portal.fake
    fake.later(days=60)
    if vendor == "hubspot":
        fake.owner("81", world.sol.email)
        fake.owner("82", world.sam.email)
        fake.options |= {name: {} for name in ("treaty_grade", "treaty_answer", "hubspot_owner_id", "hs_lead_status")}
    elif vendor == "salesforce":
        fake.user("005000000000081", world.sol.email, "Sol")
        fake.user("005000000000082", world.sam.email, "Sam")
    elif vendor == "pipedrive":
        fake.users += [{"id": 81, "email": world.sol.email, "name": "Sol", "active_flag": True}]
        fake.users += [{"id": 82, "email": world.sam.email, "name": "Sam", "active_flag": True}]
        fields = [{"field_code": code, "field_name": kind, "field_type": "varchar"} for kind, code in CODE.items()]
        fake.fields["personFields"] = [*fields, {"field_code": "owner_id", "field_name": "Owner", "field_type": "user"}]
    return Company(portal, connected(portal), world)
