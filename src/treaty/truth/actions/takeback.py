"""Decide what becomes of what an import wrote, when it is taken back: what goes, what falls back, what stays and why.

Reads only. What somebody else said too, since or before, is theirs and stays; so does what a lead, a deal or a member's word
relies on. The last part of an import is decided first, so that what it made earlier is free of what it made later.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from treaty.team.models import Member
from treaty.trail import Trail
from treaty.truth.actions.ahead import Ahead, label_of
from treaty.truth.actions.reliance import DECLARED, Reasons, known_elsewhere, opened_leads, relied_on
from treaty.truth.actions.takeback_changes import SAID_AGAIN, Kept, fall, give_back
from treaty.truth.actions.takeback_plan import MET, Making, Model, Numbers, Plan
from treaty.truth.actions.told_again import Told, told_again, told_since
from treaty.truth.models import (
    Account,
    AccountIdentity,
    AccountMerge,
    Activity,
    BuyingRole,
    Campaign,
    ExchangeRate,
    Fact,
    Identity,
    Merge,
    Opportunity,
    OpportunityChange,
    OpportunityIdentity,
    Person,
    Proposal,
    Spend,
    SystemRecord,
    Touch,
)

FALLING: dict[Model, Collection[str]] = {
    SystemRecord: (), Opportunity: (), Spend: (), Campaign: (), Person: (), Account: (), BuyingRole: ("role",), Member: (),
}  # fmt: skip
"""Tables whose rows were changed where they stand, with the columns that fall back; all that were written, when none is named."""
AGAIN = "its system told of it again since"
MEMBER = "members are not taken away: who should not be here leaves under Team"


def planned(trail: Trail, at: datetime, ahead: Ahead) -> Plan:
    """What becomes of what one part wrote. ahead: what was decided of later parts; what is decided here is added to it."""
    making = Making(trail, ahead, at)
    for merge in (Merge, AccountMerge):
        making.plan.merges[merge] = sorted(making.made(merge))
        ahead.go(merge, making.plan.merges[merge])
    for number in Proposal.objects.filter(merge__in=making.plan.merges[Merge]).values_list("pk", flat=True):
        ahead.fall(Proposal, number, {"answer": Proposal.Answer.OPEN})
    _records(making)
    for model, columns in FALLING.items():
        if model is not SystemRecord:
            fall(making, model, columns, _kept_of(making, model))
    for identity, whose in ((Identity, Person), (AccountIdentity, Account)):
        give_back(making, identity, whose)
    _what_was_done(making)
    _who_and_what(making)
    return making.plan


def _records(making: Making) -> None:
    """First what systems have: by what they said since is decided what of the rest stays."""
    again = told_again(making.trail.changed.get(label_of(SystemRecord), ()), making.at, making.ahead)
    fall(making, SystemRecord, (), lambda number, _, __: number in again)
    making.decide(SystemRecord, lambda numbers: dict.fromkeys(told_again(numbers, making.at, making.ahead), AGAIN))


def _kept_of(making: Making, model: Model) -> Kept:
    if model in (Spend, Campaign):
        return lambda number, _, __: making.ahead.is_met(model, number)
    if model is BuyingRole:
        stays = _roles(making, making.trail.changed.get(label_of(model), ()))
        return lambda number, _, __: number in stays
    if model is Opportunity:
        told = told_since(Opportunity, making.trail.changed.get(label_of(model), ()), making.at, making.ahead)
        return lambda number, name, value: making.ahead.is_met(model, number) or told.again(number, name, value)
    return lambda *_: False


def _what_was_done(making: Making) -> None:
    """Touches, what sales did, and the history and buyers of deals."""
    ahead = making.ahead
    making.decide(Touch, opened_leads)
    making.decide(Activity, lambda numbers: relied_on(Activity, numbers, ahead))
    making.decide(BuyingRole, lambda numbers: _roles(making, numbers))
    making.decide(OpportunityChange, lambda numbers: _changes(making, numbers))
    making.decide(OpportunityIdentity, lambda numbers: _ids_of_deals(making, numbers))
    for model in (Spend, ExchangeRate, Campaign):
        making.decide(model, _nobody)
    making.decide(Fact, lambda numbers: _facts(making, numbers))


def _nobody(_: Numbers) -> Reasons:
    return {}


def _roles(making: Making, numbers: Numbers) -> Reasons:
    """Who buys: a member's word stands, and so does a deal that its system told of again."""
    rows = list(BuyingRole.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id", "by_id"))
    told = told_since(Opportunity, {deal for _, deal, _ in rows}, making.at, making.ahead)
    again = {number: AGAIN for number, deal, _ in rows if deal in told.subjects or making.ahead.is_met(Opportunity, deal)}
    return again | {number: DECLARED for number, _, by in rows if by is not None}


def _ids_of_deals(making: Making, numbers: Numbers) -> Reasons:
    rows = OpportunityIdentity.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id")
    return {number: MET for number, deal in rows if making.ahead.is_met(Opportunity, deal)}


def _changes(making: Making, numbers: Numbers) -> Reasons:
    """The history of a deal that its system told of again stays: it is told whole, and noted where it says something new."""
    rows = list(OpportunityChange.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id"))
    told = told_since(Opportunity, {deal for _, deal in rows}, making.at, making.ahead)
    met = {number: MET for number, deal in rows if making.ahead.is_met(Opportunity, deal)}
    return met | {number: AGAIN for number, deal in rows if deal in told.subjects}


def _facts(making: Making, numbers: Numbers) -> Reasons:
    """A value that a system has said since stands: it was not noted anew because it was known."""
    columns = ("pk", "subject", "subject_id", "stated_of_id", "field", "text", "number")
    rows = list(Fact.objects.filter(pk__in=numbers).values_list(*columns))
    told = {
        kind: told_since(model, {of or subject for _, about, subject, of, *_ in rows if about == kind}, making.at, making.ahead)
        for kind, model in ((Fact.Subject.PERSON, Person), (Fact.Subject.ACCOUNT, Account))
    }
    return {
        pk: SAID_AGAIN
        for pk, about, subject, of, name, text, number in rows
        if told[Fact.Subject(about)].again(of or subject, name, number if text is None else text)
    }


def _who_and_what(making: Making) -> None:
    """Deals, people and accounts, when nothing refers to them that stays; then by what they were recognised."""
    ahead = making.ahead
    making.decide(Opportunity, lambda numbers: relied_on(Opportunity, numbers, ahead))
    for model, identity, of in ((Person, Identity, "person_id"), (Account, AccountIdentity, "account_id")):
        own = making.trail.made.get(label_of(identity), set())
        making.decide(model, lambda numbers: _relied(model, identity, of, numbers, own, ahead))  # noqa: B023 - called before the next
        making.decide(identity, lambda numbers: _recognised(making, model, identity, of, numbers))  # noqa: B023
    _guesses(making)
    making.decide(Proposal, lambda numbers: _proposals(making, numbers))
    making.decide(Member, lambda numbers: dict.fromkeys(numbers, MEMBER))


def _guesses(making: Making) -> None:
    """What this house guessed of somebody who goes, or that they belong to an account that goes, goes with them."""
    people, accounts = making.plan.goes.get(Person, ()), making.plan.goes.get(Account, ())
    about = Q(subject=Fact.Subject.PERSON, subject_id__in=people)
    naming = Q(subject=Fact.Subject.PERSON, field="account", number__in=[float(number) for number in accounts])
    numbers = list(Fact.objects.filter(about | naming, source=None).values_list("pk", flat=True)) if people or accounts else []
    if numbers:
        making.plan.goes[Fact] = sorted({*making.plan.goes.get(Fact, ()), *numbers})
        making.ahead.go(Fact, numbers)


def _relied(model: Model, identity: Model, of: str, numbers: Numbers, own: Numbers, ahead: Ahead) -> Reasons:
    return known_elsewhere(identity, of, numbers, own, ahead) | relied_on(model, numbers, ahead)


def _proposals(making: Making, numbers: Numbers) -> Reasons:
    """What a member answered stands, and so does a question about two people of whom a later import told too."""
    rows = making.ahead.left(Proposal, Proposal.objects.filter(pk__in=numbers), ("one_id", "other_id", "answer"))
    met = {row["pk"]: MET for row in rows if all(making.ahead.is_met(Person, row[one]) for one in ("one_id", "other_id"))}
    return met | {row["pk"]: DECLARED for row in rows if row["answer"] != Proposal.Answer.OPEN}


def _recognised(making: Making, model: Model, identity: Model, of: str, numbers: Numbers) -> Reasons:
    """An id or address stays with whom it came, and with whom a system says since that it is theirs."""
    rows = list(making.ahead.left(identity, identity._default_manager.filter(pk__in=numbers), (of, "kind", "value")))
    kind: Any = model
    told: Told = told_since(kind, {row[of] for row in rows}, making.at, making.ahead)
    came = making.trail.made.get(label_of(model), set())
    return {row["pk"]: AGAIN for row in rows if _stays_theirs(row, row[of], came, told, making.ahead, model)}


def _stays_theirs(row: dict[str, Any], whose: int, came: Iterable[int], told: Told, ahead: Ahead, model: Model) -> bool:
    if ahead.is_gone(model, whose):
        return False
    if row["kind"] == "phone":  # a value, by which people are only proposed to be one
        return ahead.is_met(model, whose) or told.again(whose, "phone", row["value"])
    return whose in came or (whose in told.subjects and (row["kind"] == "id" or told.again(whose, row["kind"], row["value"])))
