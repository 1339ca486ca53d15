"""Who goes into a file for an advertising platform: by what sales answered and what was won; read on behalf of a member."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from treaty.agreement.queries import agreed_currency, agreed_zone, in_force
from treaty.agreement.terms import Terms
from treaty.feedback import targeting
from treaty.feedback.models import Disposition, Outcome
from treaty.feedback.platforms import CLICK_ID, Click, Contact, Conversion, Platform, email_hash, phone_hash
from treaty.feedback.targeting import File, Gate
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth import consents
from treaty.truth.actions.house import UNKNOWN_CONSENT, decided
from treaty.truth.consent import Consent
from treaty.truth.identity import normal_phone
from treaty.truth.models import BuyingRole, Lead, Opportunity, Person, StageMove, Touch
from treaty.truth.queries import leads, opportunities

List = Literal["exclude", "alike", "conversions"]
NOT_FOR_US = ("not_in_market", "other_product", "no_fit", "competitor", "no_budget")
"""Reasons that say who should not be shown our advertisements, as far as the agreement has them; the others speak of the record."""
OPPORTUNITY, WON = "opportunity", "won"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Whom a file is to hold. since: what happened before counts no more.

    exclude: whose latest answer was one of `reasons`. alike: who was won, or accepted, as `basis` says, to find others like them.
    conversions: who reached one of `stages`, each a stage of the agreement, `opportunity` or `won`.
    """

    list: List
    since: datetime
    reasons: Sequence[str] = ()
    basis: Literal["won", "accepted"] = "won"
    stages: Sequence[str] = ()
    segment: str = ""


def takes_unknown() -> bool:
    return bool(decided(UNKNOWN_CONSENT, "out") == "in")


def reasons_of(terms: Terms) -> list[str]:
    """The agreement's reasons by which people are excluded unless others are named; all of them if it has none of ours."""
    there = [reason.id for reason in terms.reasons.rejected]
    return [reason for reason in there if reason in NOT_FOR_US] or there


def stages_of(terms: Terms) -> list[str]:
    """What can be told as a conversion: stages that sales owns, in order, then an opportunity and a deal won."""
    owned = [name for name, stage in terms.stages.items() if stage.owner == "sales" and stage.when is None and name != OPPORTUNITY]
    return [*owned, OPPORTUNITY, WON]


def file_of(rule: Rule, platform: Platform, *, member: Member, at: datetime) -> File:
    """The file as things stand at a moment. Consent is read now, not when somebody came into the list."""
    known = consents.consents(at)
    gate = Gate(platform, _withheld(platform, known), takes_unknown())
    if rule.list == "conversions":
        zone = ZoneInfo(agreed_zone(at) or "UTC")
        return targeting.conversions(_told(rule, platform, member, known, at), gate, at=at, zone=zone)
    wanted = _excluded(rule, member) if rule.list == "exclude" else _alike(rule, member)
    people = _contacts(wanted, known, platform)
    return targeting.audience((people[pk] for pk in sorted(people)), gate)


@transaction.atomic
def take(rule: Rule, platform: Platform, *, by: Member, at: datetime) -> File:
    """The file, for somebody who takes it away: the journal says who, by which rule, how many."""
    found = file_of(rule, platform, member=by, at=at)
    said = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(rule).items()}
    current = in_force(at)
    record(
        "audience.taken", by, by=by, at=at, agreement=current.version.hash if current else "",
        codes={"platform": platform.value, "inside": len(found.inside), "left": len(found.left), **said},
    )  # fmt: skip
    return found


def _withheld(platform: Platform, known: Mapping[int, Consent]) -> frozenset[str]:
    """All by which this platform could know those who withdrew: every address, number and click that was ever theirs."""
    people = [pk for pk, consent in known.items() if consent is Consent.WITHDRAWN]
    emails = {email_hash(platform, email) for email in consents.addresses(people)}
    numbers = {phone_hash(platform, normal_phone(phone, country)) for phone, country in consents.phones(people)}
    clicks = {click.value for each in _clicks(people, platform).values() for click in each}
    return frozenset((emails | numbers | clicks) - {""})


def _clicks(people: Collection[int], platform: Platform) -> dict[int, list[Click]]:
    """By person the clicks on this platform's advertisements, in no order."""
    name, found = CLICK_ID[platform], defaultdict(list)
    rows = Touch.objects.filter(person__among=people, fields__isnull=False).values_list("person_id", "fields", "occurred_at")
    for person, fields, at in rows.iterator():
        if isinstance(fields, dict) and (value := fields.get(name)):
            found[person].append(Click(name, str(value), at))
    return found


def _contacts(
    people: Collection[int], known: Mapping[int, Consent], platform: Platform, *, with_clicks: bool = False
) -> dict[int, Contact]:
    clicks = _clicks(people, platform) if with_clicks else {}
    rows = Person.objects.filter(pk__among=people, merged_into=None)
    return {
        row.pk: Contact(
            id=row.pk, key=row.key, name=str(row), email=row.email, phone=normal_phone(row.phone, row.country) if row.phone else "",
            consent=known.get(row.pk, Consent.UNKNOWN), clicks=clicks.get(row.pk, ()),
        )
        for row in rows
    }  # fmt: skip


def _excluded(rule: Rule, member: Member) -> set[int]:
    """People whose latest answer is one of the reasons: whoever was accepted since is not excluded, nor who was ever won."""
    latest: dict[int, tuple[str, datetime, str]] = {}
    for person, reason, at, segment in _answers(member):
        latest[person] = (reason, at, segment)
    fit = {pk for pk, (reason, at, segment) in latest.items() if reason in rule.reasons and at >= rule.since and _fits(rule, segment)}
    return fit - set(Opportunity.objects.filter(outcome="won", gone_at=None, lead__isnull=False).values_list("lead__person", flat=True))


def _answers(member: Member) -> Iterable[tuple[int, str, datetime, str]]:
    """Of each answer that counts, in order of time: (person, reason, when, segment); the reason is empty where sales accepted."""
    rows = Disposition.objects.filter(withdrawn_at=None, handoff__lead__in=leads(member).values("pk")).order_by("at", "pk")
    return rows.values_list("handoff__lead__person", "reason", "at", "handoff__lead__segment")


def _fits(rule: Rule, segment: str) -> bool:
    return not rule.segment or rule.segment == segment


def _alike(rule: Rule, member: Member) -> set[int]:
    """Of deals won: the lead's person and everybody with a role in it. Of leads accepted: their person."""
    if rule.basis == "accepted":
        rows = Disposition.objects.filter(outcome=Outcome.ACCEPTED, withdrawn_at=None, at__gte=rule.since)
        told = rows.filter(handoff__lead__in=leads(member).values("pk")).values_list("handoff__lead__person", "handoff__lead__segment")
        return {person for person, segment in told if _fits(rule, segment)}
    deals = opportunities(member).filter(outcome="won", closed_at__gte=rule.since, merged_into=None)
    deals = deals.filter(lead__segment=rule.segment) if rule.segment else deals
    buyers = BuyingRole.objects.filter(opportunity__in=deals.values("pk"), person__isnull=False).exclude(role="blocker")
    return {pk for pk in deals.values_list("lead__person", flat=True) if pk} | set(buyers.values_list("person", flat=True))


def _told(rule: Rule, platform: Platform, member: Member, known: Mapping[int, Consent], at: datetime) -> Iterable[Conversion]:
    """What came of leads since the rule's day and until now: each stage of a lead once, each deal once as opened and once as won."""
    reached, deals = _reached(rule, member, at), _deals(rule, member, at)
    people = {lead.person_id for lead, *_ in reached} | {deal.lead.person_id for deal, *_ in deals if deal.lead}
    contacts, agreed = _contacts(people, known, platform, with_clicks=True), agreed_currency(at)
    for lead, stage, when in reached:
        if contact := contacts.get(lead.person_id):
            yield Conversion(contact=contact, name=name_of(stage), at=when, order=f"{lead.key}-{stage}", currency=agreed)
    for deal, stage, when in deals:
        if deal.lead and (contact := contacts.get(deal.lead.person_id)):
            yield Conversion(
                contact=contact, name=name_of(stage), at=when, order=f"{deal.key}-{stage}", amount=deal.amount,
                currency=deal.currency or agreed, is_won=stage == WON,
            )  # fmt: skip


def name_of(stage: str) -> str:
    """What the conversion is to be called in the platform: the stage in words."""
    return stage.replace("_", " ").capitalize()


def _reached(rule: Rule, member: Member, at: datetime) -> list[tuple[Lead, str, datetime]]:
    """The first time a lead came to each of the stages; a step taken back is none."""
    stages = [stage for stage in rule.stages if stage not in (OPPORTUNITY, WON)]
    moves = StageMove.objects.filter(to_stage__in=stages, withdrawn_at=None, at__lte=at, lead__in=leads(member).values("pk"))
    found: dict[tuple[int, str], tuple[Lead, str, datetime]] = {}
    for move in moves.select_related("lead").order_by("at", "pk"):
        found.setdefault((move.lead_id, move.to_stage), (move.lead, move.to_stage, move.at))
    return [one for one in found.values() if one[2] >= rule.since and _fits(rule, one[0].segment)]


def _deals(rule: Rule, member: Member, at: datetime) -> list[tuple[Opportunity, str, datetime]]:
    found: list[tuple[Opportunity, str, datetime]] = []
    own = opportunities(member).filter(Q(lead__segment=rule.segment) if rule.segment else Q(), lead__isnull=False, merged_into=None)
    if OPPORTUNITY in rule.stages:
        opened = own.filter(opened_at__gte=rule.since, opened_at__lte=at)
        found += [(deal, OPPORTUNITY, deal.opened_at) for deal in opened]
    if WON in rule.stages:
        won = own.filter(outcome="won", closed_at__gte=rule.since, closed_at__lte=at)
        found += [(deal, WON, deal.closed_at) for deal in won]
    return found
