"""The small world: Mira in marketing, Sam and Sol and Kim in sales, Ada at Acme, a student who never qualifies."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from treaty.agreement.canonical import Bindings, hash_of, needed, signed_bytes
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.handoff.actions import hand_over
from treaty.qualification.moves import How, Why, move
from treaty.qualification.passes import Opening, open_lead
from treaty.team.models import Member, Role
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Person, Source
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef

SIGNED_AT = datetime(2026, 1, 1, tzinfo=UTC)
HALDEN = (files("treaty.agreement") / "examples/halden.yaml").read_text()
PEOPLE = {
    "mira": ("mira.lang@halden.example", "Mira Lang", Role.MARKETING),
    "sam": ("sam.okafor@halden.example", "Sam Okafor", Role.SALES_MANAGER),
    "sol": ("sol.meyer@halden.example", "Sol Meyer", Role.SALES_REP),
    "kim": ("kim.dale@halden.example", "Kim Dale", Role.SALES_REP),
    "rui": ("rui.costa@halden.example", "Rui Costa", Role.REVOPS),
    "ada_brandt": ("ada.brandt@halden.example", "Ada Brandt", Role.EXECUTIVE),
}


def bindings(terms):
    """Stand-ins for what the document names from elsewhere."""
    wanted = needed(terms)
    return Bindings(
        lists={name: ["acme.example"] for name in wanted.lists},
        files={name: hash_of(name.encode()) for name in wanted.files},
        holidays={name: [] for name in wanted.holidays},
    )


@lru_cache
def signed(text: str) -> bytes:
    """The bytes both would sign of this document. Reading one costs more than the rest of a world."""
    terms = load(text).terms
    return signed_bytes(terms, bindings(terms))


@dataclass
class World:
    members: dict[str, Member] = field(default_factory=dict)
    version: Version = None
    source: Source = None

    def __getattr__(self, name):
        members = self.__dict__.get("members", {})
        if name in members:
            return members[name]
        raise AttributeError(name)

    def person(self, email="ada@acme.example", at=SIGNED_AT, **fields) -> Person:
        known = {"name": "Ada Brenner", "title": "Head of maintenance", "seniority": "director", "country": "DE", **fields}
        account = AccountRecord(
            ref=AccountRef(name="Acme", domain="acme.example"), fields={"employees": 240, "industry": "manufacturing", "country": "DE"}
        )
        absorb([account, PersonRecord(ref=PersonRef(email=email), fields=known)], source=self.source, received_at=at)
        return Person.objects.get(email=email)

    def qualified(self, at, email="ada@acme.example") -> Lead:
        """A lead that has just become marketing qualified."""
        lead = open_lead(Opening(self.person(email), "engaged", at, Why(How.DEFINITION), segment="dach"), self.version)
        move(lead, "marketing_qualified", at=at, why=Why(How.DEFINITION))
        lead.refresh_from_db()
        return lead

    def handed_over(self, at, email="ada@acme.example"):
        return hand_over(self.qualified(at, email), at=at)


def build(text=HALDEN) -> World:
    """Members and a version in force since New Year, without the cost of signing keys."""
    world = World()
    for name, (email, full, role) in PEOPLE.items():
        world.members[name] = Member.objects.create(
            email=email, name=full, role=role, joined_at=SIGNED_AT, zone="Europe/Berlin", country="DE", password="!"
        )
    for rep in ("sol", "kim"):
        world.members[rep].manager = world.members["sam"]
        world.members[rep].save()
    raw = signed(text)
    world.version = Version.objects.create(
        number=1,
        text=text,
        signed_bytes=raw,
        hash=hash_of(raw),
        proposed_by=world.members["mira"],
        proposed_at=SIGNED_AT - timedelta(days=2),
    )
    InForce.objects.create(version=world.version, applies_to="everyone", starts_at=SIGNED_AT)
    world.source = Source.objects.create(name="crm", kind=Source.Kind.IMPORT, made_at=SIGNED_AT)
    return world
