"""The buying group of a deal as it is known: roles told and declared, roles proposed, who is silent, who is missing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from treaty.truth import buying
from treaty.truth.actions.columns import PERSON
from treaty.truth.actions.house import decided
from treaty.truth.buying import LATELY, RAISES_A_HAND, Missing, Proposed, Seen
from treaty.truth.models import Activity, BuyingRole, Fact, Objection, Opportunity, Person, Touch

ROLES_NEEDED = "roles_needed"
"""The house's rule: by stage of a deal, as deals name it, which roles must be known."""
MOST = 40
"""People of a group that are shown: those with a role, then those heard of last."""
OFFERED = 500
"""People of whom a part may be declared in the form."""
HELD = ("held", "connected", "replied")
"""Outcomes of activities by which somebody answered us."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """One person of the group. row: the role they have, told or declared; proposed: what they seem to be, where they have none."""

    person: Person
    row: BuyingRole | None
    proposed: Proposed | None
    seen: Seen

    @property
    def role(self) -> str:
        return self.row.role if self.row else ""


@dataclass(frozen=True, slots=True)
class Group:
    """people: whoever has a part, may have one or was heard of · offered: everybody of whom a part may be declared, these first."""

    people: Sequence[Buyer]
    offered: Sequence[Person]
    needed: Sequence[str]
    missing: Sequence[Missing]


def rules() -> Mapping[str, Sequence[str]]:
    """Which roles each stage needs here."""
    found: Mapping[str, Sequence[str]] = decided(ROLES_NEEDED, buying.NEEDED)
    return found


def group_of(deal: Opportunity, known: Collection[str], at: datetime) -> Group:
    """The group of a deal at a moment. known: roles the agreement tells apart. Seven queries."""
    rows = {row.person_id: row for row in BuyingRole.objects.filter(opportunity=deal, person__isnull=False).select_related("person", "by")}
    there = Person.objects.filter(account__isnull=False, account=deal.account_id, merged_into=None).exclude(email="", first_known_at=None)
    people = {row.person.pk: row.person for row in rows.values() if row.person} | {person.pk: person for person in there}
    seen = seen_of(people.values(), at)
    found = [_buyer(person, rows.get(pk), seen[pk]) for pk, person in people.items()]
    found.sort(key=lambda one: (one.role == "", one.row is None, -_us(one.seen.last_at), one.person.pk))
    offered = [one.person for one in found[:OFFERED]]
    found = [one for one in found if one.row or one.proposed or one.seen.last_at]
    wanted = buying.needed(deal.stage, rules(), known) if deal.outcome == Opportunity.Outcome.OPEN else []
    offers = [(str(one.person), one.proposed) for one in found if one.proposed]
    lacks = buying.missing(wanted, {one.role for one in found}, offers)
    return Group(found[:MOST], offered, wanted, lacks)


def _us(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _buyer(person: Person, row: BuyingRole | None, seen: Seen) -> Buyer:
    return Buyer(person, row, None if row and row.role else buying.propose(seen), seen)


def seen_of(people: Iterable[Person], at: datetime) -> dict[int, Seen]:
    """By person what is known of them at a moment."""
    found = {person.pk: person for person in people}
    touches, raised, last = _touches(found, at)
    met, heard = _activities(found, at)
    objected = Counter(Objection.objects.filter(person__in=found, at__lte=at).values_list("person_id", flat=True))
    departments = dict(
        Fact.objects.filter(subject=PERSON, subject_id__in=found, field="department")
        .order_by("occurred_at", "id")
        .values_list("subject_id", "text")
    )
    return {
        pk: Seen(
            title=person.title, seniority=person.seniority, department=departments.get(pk) or "", touches=touches[pk], raised=raised[pk],
            meetings=met[pk], objections=objected[pk], last_at=max((one for one in (last.get(pk), heard.get(pk)) if one), default=None),
        )
        for pk, person in found.items()
    }  # fmt: skip


def _touches(people: Collection[int], at: datetime) -> tuple[Counter[int], dict[int, list[str]], dict[int, datetime]]:
    """(touches of late, kinds by which they asked for sales, the last), by person. Mail we sent is no touch of theirs."""
    known = Touch.objects.filter(person__in=people, known_at__lte=at, occurred_at__lte=at).exclude(kind__in=["email_sent", "email_bounce"])
    late = Counter(known.filter(occurred_at__gt=at - LATELY).values_list("person_id", flat=True))
    raised: dict[int, list[str]] = defaultdict(list)
    for person, kind in known.filter(kind__in=RAISES_A_HAND).order_by("-occurred_at").values_list("person_id", "kind"):
        raised[person].append(kind)
    return late, raised, dict(known.values("person_id").annotate(last=Max("occurred_at")).values_list("person_id", "last"))


def _activities(people: Collection[int], at: datetime) -> tuple[Counter[int], dict[int, datetime]]:
    """(meetings held, the last time they answered us), by person."""
    known = Activity.objects.filter(person__in=people, withdrawn_at=None, occurred_at__lte=at)
    met = Counter(known.filter(kind="meeting", outcome__in=["", "held"]).values_list("person_id", flat=True))
    heard = known.filter(Q(direction="in") | Q(outcome__in=HELD)).values("person_id").annotate(last=Max("occurred_at"))
    return met, dict(heard.values_list("person_id", "last"))


def without_buyer(deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Of these deals, those at which nobody is known to decide over the money."""
    buys = BuyingRole.objects.filter(opportunity=OuterRef("pk"), role=buying.BUYER, person__isnull=False)
    return deals.filter(~Exists(buys))


def by_stage(deals: QuerySet[Opportunity]) -> list[tuple[str, int, int]]:
    """Of the open ones: (stage, how many, of these without anybody who decides), the most of those first."""
    open_deals = deals.filter(outcome=Opportunity.Outcome.OPEN).order_by()
    every = dict(open_deals.values("stage").annotate(n=Count("pk", distinct=True)).values_list("stage", "n"))
    lacking = dict(without_buyer(open_deals).values("stage").annotate(n=Count("pk", distinct=True)).values_list("stage", "n"))
    return sorted(((stage, n, lacking.get(stage, 0)) for stage, n in every.items()), key=lambda row: (-row[2], -row[1], row[0]))
