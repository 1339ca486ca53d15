"""Two systems that disagree by planted causes: what a CRM and a marketing system say of people, accounts and deals that the
company has anyway.

They only say something of their own records (`truth.actions.systems.note`): no person, account, lead, deal or number is different for them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from treaty.truth.actions.systems import note
from treaty.truth.models import Account, Lead, Opportunity, Source
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, OpportunityRecord, PersonRecord, PersonRef, Record

CRM, MARKETING = "CRM", "Marketing system"
WORDS = {
    "subscriber": "Subscriber", "engaged": "Lead", "marketing_qualified": "MQL", "sales_accepted": "SAL", "sales_qualified": "SQL",
    "opportunity": "Opportunity", "customer": "Customer", "rejected": "Returned", "recycled": "Nurture", "disqualified": "Closed, no fit",
}  # fmt: skip
"""What both systems call the stages of the agreement."""
PEOPLE, ACCOUNTS, DEALS = 80, 40, 40
"""How many of each both have, those that differ among them."""
LONG, LATELY = timedelta(days=30), timedelta(minutes=5)
OTHER_STAGE, UNKNOWN_STAGE = "Nurture", "Hot"


@dataclass(frozen=True, slots=True)
class Planted:
    """One difference.

    kind: person, account or opportunity · name: whose it is · crm, marketing: the ids it has there, empty where it has none.
    """

    kind: str
    cause: str
    name: str
    crm: str = ""
    marketing: str = ""


Said = tuple[list[Record], list[Record], Sequence[Planted]]
"""What the CRM says, what the marketing system says, and what was planted by it."""


def plant(at: datetime) -> list[Planted]:
    """Make both systems as of a moment, and say what was planted. A company too small for all has the first of them."""
    crm, marketing = (_source(name, system, at) for name, system in ((CRM, "crm"), (MARKETING, "marketing")))
    said = [*_people(at), *_accounts(at), *_deals(at)]
    note([record for one in said for record in one[0]], source=crm, received_at=at)
    note([record for one in said for record in one[1]], source=marketing, received_at=at)
    return [planted for one in said for planted in one[2]]


def _source(name: str, system: str, at: datetime) -> Source:
    stages = {"person": {theirs: ours for ours, theirs in WORDS.items()}}
    settings = {"system": system, "id_space": f"demo-{system}", "stages": stages}
    return Source.objects.create(name=name, kind=Source.Kind.IMPORT, settings=settings, made_at=at)


def _people(at: datetime) -> Iterator[Said]:
    leads = Lead.objects.filter(person__merged_into=None).exclude(person__email="").exclude(person__name="")
    rows = {lead.person_id: lead for lead in leads.select_related("person").order_by("person_id", "number")}
    makers = _makers(_PEOPLE)
    for lead in list(rows.values())[:PEOPLE]:
        stage = WORDS.get(lead.stage, lead.stage.replace("_", " ").capitalize())
        crm, marketing = (
            PersonRecord(
                ref=PersonRef(email=lead.person.email, external_id=f"{prefix}{lead.person_id}"), fields={"lifecycle_stage": stage},
                known_at=at - LONG,
            )
            for prefix in ("C-", "M-")
        )  # fmt: skip
        yield next(makers)(crm, marketing, at, lead.person.name)


def _accounts(at: datetime) -> Iterator[Said]:
    """Both know a company by its domain, each under an id of its own."""
    makers = _makers(_ACCOUNTS)
    for account in Account.objects.filter(merged_into=None).exclude(domain="").exclude(name="").order_by("pk")[:ACCOUNTS]:
        crm, marketing = (
            AccountRecord(ref=AccountRef(external_id=f"{prefix}{account.pk}", domain=account.domain, name=account.name), known_at=at - LONG)
            for prefix in ("CA-", "MA-")
        )
        yield next(makers)(crm, marketing, at, account.name)


def _deals(at: datetime) -> Iterator[Said]:
    makers = _makers(_DEALS)
    for deal in Opportunity.objects.exclude(amount=None).exclude(close_on=None).order_by("pk")[:DEALS]:
        crm, marketing = (
            OpportunityRecord(
                external_id=f"{prefix}{deal.pk}", name=deal.name, stage=deal.stage or "open", outcome="open", amount=deal.amount,
                currency=deal.currency or "EUR", close_on=deal.close_on, same_as=(("treaty", deal.key),), known_at=at - LONG,
            )
            for prefix in ("CD-", "MD-")
        )  # fmt: skip
        yield next(makers)(crm, marketing, at, deal.name)


AnyRecord = PersonRecord | AccountRecord | OpportunityRecord
Maker = Callable[[AnyRecord, AnyRecord, datetime, str], Said]


def _makers(planted: Iterable[Maker]) -> Iterator[Maker]:
    """Those of the plants, each once, then both say the same for ever."""
    yield from planted
    while True:
        yield _alike


def _alike(crm: AnyRecord, marketing: AnyRecord, _at: datetime, _name: str) -> Said:
    return [crm], [marketing], ()


def _only_crm(crm: AnyRecord, _marketing: AnyRecord, _at: datetime, name: str) -> Said:
    return [crm], [], [Planted(_kind(crm), "only_here", name, crm=_id(crm))]


def _only_marketing(_crm: AnyRecord, marketing: AnyRecord, _at: datetime, name: str) -> Said:
    return [], [marketing], [Planted(_kind(marketing), "only_there", name, marketing=_id(marketing))]


def _deleted(crm: AnyRecord, marketing: AnyRecord, at: datetime, name: str) -> Said:
    gone = GoneRecord(kind=_kind(marketing), external_id=_id(marketing), at=at - LONG / 2)
    return [crm], [marketing, gone], [Planted(_kind(crm), "deleted", name, crm=_id(crm))]


def _merged_there(crm: AnyRecord, marketing: AnyRecord, at: datetime, name: str) -> Said:
    """The marketing system made it one with another record; the CRM still has it."""
    gone = GoneRecord(kind=_kind(marketing), external_id=_id(marketing), into="M-another", at=at - LONG / 2)
    return [crm], [marketing, gone], [Planted(_kind(crm), "merged", name, crm=_id(crm))]


def _twice(crm: AnyRecord, marketing: AnyRecord, _at: datetime, name: str) -> Said:
    """The CRM has two records of it; the second is too many."""
    again = _with_id(crm, f"{_id(crm)}-again")
    return [crm, again], [marketing], [Planted(_kind(crm), "merged", name, crm=_id(again))]


def _known_lately(_crm: AnyRecord, marketing: AnyRecord, at: datetime, name: str) -> Said:
    """The marketing system has known it for some minutes: the CRM may have it by now."""
    return [], [replace(marketing, known_at=at - LATELY)], [Planted(_kind(marketing), "timing", name, marketing=_id(marketing))]


def _differs(cause: str, change: Callable[[AnyRecord], AnyRecord]) -> Maker:
    def make(crm: AnyRecord, marketing: AnyRecord, _at: datetime, name: str) -> Said:
        return [crm], [change(marketing)], [Planted(_kind(crm), cause, name, _id(crm), _id(marketing))]

    return make


def _late(change: Callable[[AnyRecord], AnyRecord]) -> Maker:
    """The marketing system changed it some minutes ago: the CRM's data may be older than that."""

    def make(crm: AnyRecord, marketing: AnyRecord, at: datetime, name: str) -> Said:
        changed = replace(change(marketing), known_at=at - LATELY)
        return [crm], [changed], [Planted(_kind(crm), "timing", name, _id(crm), _id(marketing))]

    return make


def _stage(to: str) -> Callable[[AnyRecord], AnyRecord]:
    def change(record: AnyRecord) -> AnyRecord:
        if isinstance(record, OpportunityRecord):
            return replace(record, stage=to)
        other = to if record.fields.get("lifecycle_stage") != to else "Subscriber"
        return replace(record, fields={"lifecycle_stage": other})

    return change


def _of_deal(change: Callable[[OpportunityRecord], OpportunityRecord]) -> Callable[[AnyRecord], AnyRecord]:
    return lambda record: change(record) if isinstance(record, OpportunityRecord) else record


def _amount(record: OpportunityRecord) -> OpportunityRecord:
    return replace(record, amount=(record.amount or Decimal(0)) + 1500)


def _currency(record: OpportunityRecord) -> OpportunityRecord:
    return replace(record, currency="USD")


def _month(record: OpportunityRecord) -> OpportunityRecord:
    return replace(record, close_on=record.close_on + timedelta(days=40) if record.close_on else None)


def _kind(record: AnyRecord) -> Literal["person", "account", "opportunity"]:
    if isinstance(record, OpportunityRecord):
        return "opportunity"
    return "account" if isinstance(record, AccountRecord) else "person"


def _id(record: AnyRecord) -> str:
    return record.external_id if isinstance(record, OpportunityRecord) else record.ref.external_id


def _with_id(record: AnyRecord, external_id: str) -> AnyRecord:
    if isinstance(record, OpportunityRecord):
        return replace(record, external_id=external_id)
    if isinstance(record, AccountRecord):
        return replace(record, ref=record.ref._replace(external_id=external_id))
    return replace(record, ref=record.ref._replace(external_id=external_id))


_PEOPLE: tuple[Maker, ...] = (
    *(_only_crm, _only_marketing, _deleted, _merged_there, _twice),
    *(_differs("stage", _stage(OTHER_STAGE)), _differs("unmapped", _stage(UNKNOWN_STAGE)), _late(_stage(OTHER_STAGE))),
    *(_only_crm, _only_crm, _only_marketing, _deleted, _differs("stage", _stage(OTHER_STAGE)), _differs("stage", _stage(OTHER_STAGE))),
)
_ACCOUNTS: tuple[Maker, ...] = (
    *(_only_crm, _only_marketing, _deleted, _merged_there, _twice, _known_lately),
    *(_only_crm, _only_marketing, _only_marketing, _deleted),
)
_DEALS: tuple[Maker, ...] = (
    *(_only_crm, _only_marketing, _deleted, _merged_there, _twice, _differs("stage", _stage("Contract out"))),
    *(_differs("amount", _of_deal(_amount)), _differs("currency", _of_deal(_currency)), _differs("period", _of_deal(_month))),
    *(_late(_of_deal(_amount)), _only_crm, _differs("amount", _of_deal(_amount)), _differs("period", _of_deal(_month))),
)
