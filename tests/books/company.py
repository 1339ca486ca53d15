"""Halden with a first quarter of 2026 to close: three deals won, one lost, touches before them, both heads able to sign."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.parties import PHRASE, Parties, parties
from treaty.books import actions
from treaty.books.models import Closing
from treaty.books.queries import period_of
from treaty.engine.lake import Snapshot, folder, open_lake
from treaty.jobs.lake import refresh
from treaty.truth.models import Account, Opportunity, OpportunityChange, Person, Source, Touch

DAY = timedelta(days=1)
FEBRUARY = datetime(2026, 2, 10, 12, tzinfo=UTC)
CLOSE = datetime(2026, 4, 8, 12, tzinfo=UTC)
"""A Wednesday: the five working days after the quarter end on Tuesday 7 April at 17:30 in Berlin."""
LATER = CLOSE + 30 * DAY


@dataclass
class Company:
    """where: the data folder its lake lies in."""

    where: Path
    people: Parties = field(default_factory=parties)
    source: Source = None

    def __post_init__(self) -> None:
        self.source = Source.objects.create(name="site", kind=Source.Kind.SERVER, made_at=FEBRUARY)
        self.people.in_force()

    def deal(self, name: str, amount: str | None, *, outcome="won", closed_at=FEBRUARY, at=FEBRUARY, currency="EUR") -> Opportunity:
        account, _ = Account.objects.get_or_create(name=name, defaults={"made_at": FEBRUARY - 60 * DAY})
        deal = Opportunity.objects.create(
            name=name, source=self.source, external_id=name, account=account, outcome=outcome, currency=currency,
            opened_at=closed_at - 20 * DAY,
            amount=None if amount is None else Decimal(amount), closed_at=None if outcome == "open" else closed_at, received_at=at,
        )  # fmt: skip
        if amount is not None:
            self.changed(deal, amount, deal.opened_at)
        return deal

    def changed(self, deal: Opportunity, amount: str, at: datetime) -> None:
        OpportunityChange.objects.create(opportunity=deal, field="amount", value=amount, at=at, known_at=at, received_at=at)

    def edit(self, deal: Opportunity, amount: str, at: datetime = LATER) -> None:
        """The amount of a deal is something else from a moment on, as `feedback.deals` writes it."""
        Opportunity.objects.filter(pk=deal.pk).update(amount=Decimal(amount))
        self.changed(deal, amount, at)

    def person(self, name: str, email: str = "") -> Person:
        account = Account.objects.filter(name=name).first()
        return Person.objects.create(email=email, account=account, made_at=FEBRUARY - 60 * DAY)

    def touch(self, person: Person, channel: str, *, days: int, received_at=None, campaign: str = "") -> Touch:
        """So many days before 10 February; received then, unless said."""
        at = FEBRUARY - days * DAY
        return Touch.objects.create(
            person=person, seen_as=person, source=self.source, kind="page_view", channel=channel, campaign=campaign or f"{channel}-camp",
            message_id=f"m{Touch.objects.count()}", occurred_at=at, known_at=at, received_at=received_at or at,
        )  # fmt: skip

    def meet(self, visitor: Person, person: Person) -> None:
        """The visitor was this person all along."""
        Person.objects.filter(pk=visitor.pk).update(merged_into=person)
        Touch.objects.filter(person=visitor).update(person=person)

    def lake(self, at: datetime = CLOSE) -> Snapshot:
        """Exported twice: on PostgreSQL rows are complete one round later."""
        refresh(at=at, where=self.where)
        refresh(at=at, where=self.where)
        return open_lake(self.where)

    @property
    def place(self) -> Path:
        return folder(self.where)

    def close(self, name: str = "2026-Q1", at: datetime = CLOSE, **more) -> Closing:
        return actions.close(period_of(name, at), self.lake(at), by=self.people.rui, at=at, **more)

    def both_sign(self, closing: Closing, at: datetime = CLOSE) -> Closing:
        actions.sign(closing, by=self.people.mira, passphrase=PHRASE, at=at)
        actions.sign(closing, by=self.people.sam, passphrase=PHRASE, at=at)
        closing.refresh_from_db()
        return closing

    def closed(self) -> Closing:
        return self.both_sign(self.close())


def with_deals(where: Path) -> Company:
    """acme 1,000.00 after search, email, webinar; boro 300.00 after search; lone 50.00 after nothing; lost 200.00."""
    company = Company(where)
    for name, amount in (("acme", "1000.00"), ("boro", "300.00"), ("lone", "50.00")):
        company.deal(name, amount)
    company.deal("gone", "200.00", outcome="lost")
    ada, bo = company.person("acme", "ada@acme.example"), company.person("boro", "bo@boro.example")
    for channel, days in (("search", 30), ("email", 25), ("webinar", 22)):
        company.touch(ada, channel, days=days)
    company.touch(bo, "search", days=40)
    return company
