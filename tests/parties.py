"""Both sides of Halden, able to sign: members with keys that are cheap to open, the example, moments in order."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from treaty.agreement import actions, signing
from treaty.agreement.canonical import Bindings
from treaty.agreement.models import SigningKey, Version
from treaty.team.models import Member, Role

PHRASE = "seven grey herons at the weir"
PASSWORD = "a rainy Tuesday in Kassel"
BEGAN = datetime(2025, 12, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_YEAR = datetime(2025, 12, 31, 23, tzinfo=UTC)
"""Midnight in Berlin, where the example takes effect on 1 January 2026."""
EXAMPLE = (files("treaty.agreement") / "examples/halden.yaml").read_text()
GIVEN = Bindings(files={"message-house.yaml": "e3" * 32})
PEOPLE = {
    "mira": ("mira.lang@halden.example", "Mira Lang", Role.MARKETING),
    "sam": ("sam.okafor@halden.example", "Sam Okafor", Role.SALES_MANAGER),
    "sol": ("sol.meyer@halden.example", "Sol Meyer", Role.SALES_REP),
    "kim": ("kim.dale@halden.example", "Kim Dale", Role.SALES_REP),
    "rui": ("rui.costa@halden.example", "Rui Costa", Role.REVOPS),
    "ada": ("ada.brandt@halden.example", "Ada Brandt", Role.EXECUTIVE),
}


@dataclass(frozen=True)
class Parties:
    mira: Member
    sam: Member
    sol: Member
    kim: Member
    rui: Member
    ada: Member

    def both_sign(self, version: Version, *, at: datetime = BEGAN + HOUR) -> actions.Signed:
        """Sales first, marketing an hour later; what the last signature gave."""
        actions.sign(version, by=self.sam, passphrase=PHRASE, at=at)
        return actions.sign(version, by=self.mira, passphrase=PHRASE, at=at + HOUR)

    def in_force(self, text: str = EXAMPLE, *, at: datetime = BEGAN, reason: str = "") -> Version:
        """Proposed and signed by both."""
        version = actions.propose(text, by=self.mira, at=at, reason=reason, given=GIVEN)
        self.both_sign(version, at=at + HOUR)
        return version


def parties(*, with_keys: bool = True) -> Parties:
    made = {}
    for name, (email, full, role) in PEOPLE.items():
        made[name] = Member.objects.create(email=email, name=full, role=role, joined_at=BEGAN, zone="Europe/Berlin", country="DE")
    if with_keys:
        for name in ("mira", "sam"):
            cheap_key(made[name])
    return Parties(**made)


def cheap_key(member: Member) -> SigningKey:
    """As `actions.make_key`, at the lowest cost a sealed key may have."""
    sealed = signing.seal_key(PHRASE, n=2**10)
    return SigningKey.objects.create(member=member, public_key=sealed.public_key, sealed=sealed.model_dump(), made_at=BEGAN)
