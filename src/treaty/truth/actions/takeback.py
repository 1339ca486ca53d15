"""Decide what becomes of what an import wrote, when it is taken back: what goes, what falls back, what stays and why.

Reads only. What somebody else said too, since or before, is theirs and stays; so does what a lead, a deal or a member's word
relies on. The last part of an import is decided first, so that what it made earlier is free of what it made later.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q

from treaty.team.models import Member
from treaty.trail import Trail, plain
from treaty.truth.actions.ahead import Ahead, label_of
from treaty.truth.actions.reliance import DECLARED, Reasons, known_elsewhere, opened_leads, relied_on
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

Model = type[models.Model]
Numbers = Collection[int]

FALLING: dict[Model, Collection[str]] = {
    SystemRecord: (), Opportunity: (), Spend: (), Campaign: (), Person: (), Account: (), BuyingRole: ("role",), Member: (),
}  # fmt: skip
"""Tables whose rows were changed where they stand, with the columns that fall back; all that were written, when none is named."""
AGAIN = "its system told of it again since"
SAID_AGAIN = "a system says the same since"
MET = "a later import told of it too"
MEMBER = "members are not taken away: who should not be here leaves under Team"


class Stays(NamedTuple):
    """A row that was made, or whose value was set, and is not taken back. model: its label, such as `truth.person`."""

    model: str
    number: int
    why: str


@dataclass(slots=True)
class Plan:
    """merges: to be parted · goes: rows to be taken away, in this order · falls: columns with what stands in them again ·
    left: what is to be looked at again when another import is taken back: rows that stay, and changes of rows that one told of too."""

    merges: dict[Model, list[int]] = field(default_factory=dict)
    goes: dict[Model, list[int]] = field(default_factory=dict)
    falls: dict[Model, dict[int, dict[str, Any]]] = field(default_factory=dict)
    stays: list[Stays] = field(default_factory=list)
    left: Trail = field(default_factory=Trail)


@dataclass(slots=True)
class _Making:
    """A plan in the making. at: when the part was received"""

    trail: Trail
    ahead: Ahead
    at: datetime
    plan: Plan = field(default_factory=Plan)

    def made(self, model: Model) -> set[int]:
        """Rows this part made that are there still."""
        numbers = self.trail.made.get(label_of(model), set()) - self.ahead.gone[label_of(model)]
        return set(model._default_manager.filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else set()

    def decide(self, model: Model, reasons: Callable[[set[int]], Reasons]) -> None:
        """Rows this part made go, unless a later import met them or there is a reason."""
        numbers = self.made(model)
        if not numbers:
            return
        stays: Reasons = {number: MET for number in numbers if self.ahead.is_met(model, number)}
        stays |= reasons(numbers - stays.keys()) if numbers - stays.keys() else {}
        self.plan.goes[model] = sorted(numbers - stays.keys())
        self.ahead.go(model, self.plan.goes[model])
        self.plan.stays += [Stays(label_of(model), number, why) for number, why in sorted(stays.items())]
        if model is not Member:
            self.plan.left.made[label_of(model)].update(stays)


def planned(trail: Trail, at: datetime, ahead: Ahead) -> Plan:
    """What becomes of what one part wrote. ahead: what was decided of later parts; what is decided here is added to it."""
    making = _Making(trail, ahead, at)
    for merge in (Merge, AccountMerge):
        making.plan.merges[merge] = sorted(making.made(merge))
        ahead.go(merge, making.plan.merges[merge])
    for number in Proposal.objects.filter(merge__in=making.plan.merges[Merge]).values_list("pk", flat=True):
        ahead.fall(Proposal, number, {"answer": Proposal.Answer.OPEN})
    _records(making)
    for model, columns in FALLING.items():
        if model is not SystemRecord:
            _fall(making, model, columns, _kept_of(making, model))
    for identity, whose in ((Identity, Person), (AccountIdentity, Account)):
        _give_back(making, identity, whose)
    _what_was_done(making)
    _who_and_what(making)
    return making.plan


def _records(making: _Making) -> None:
    """First what systems have: by what they said since is decided what of the rest stays."""
    again = told_again(making.trail.changed.get(label_of(SystemRecord), ()), making.at, making.ahead)
    _fall(making, SystemRecord, (), lambda number, _, __: number in again)
    making.decide(SystemRecord, lambda numbers: dict.fromkeys(told_again(numbers, making.at, making.ahead), AGAIN))


Kept = Callable[[int, str, Any], bool]
"""Whether a column of a row stays as it is, though this part wrote it: the number, the column, its value."""


def _kept_of(making: _Making, model: Model) -> Kept:
    if model in (Spend, Campaign):
        return lambda number, _, __: making.ahead.is_met(model, number)
    if model is BuyingRole:
        stays = _roles(making, making.trail.changed.get(label_of(model), ()))
        return lambda number, _, __: number in stays
    if model is Opportunity:
        told = told_since(Opportunity, making.trail.changed.get(label_of(model), ()), making.at, making.ahead)
        return lambda number, name, value: making.ahead.is_met(model, number) or told.again(number, name, value)
    return lambda *_: False


def _fall(making: _Making, model: Model, columns: Collection[str], is_kept: Kept) -> None:
    """Where still stands what this part wrote, there stands again what stood before."""
    images, label = making.trail.changed.get(label_of(model), {}), label_of(model)
    names = sorted({name for pairs in images.values() for name in pairs if not columns or name in columns})
    kept: set[int] = set()
    there = _there(making, model, images, names)
    for row in making.ahead.left(model, model._default_manager.filter(pk__in=list(images)), names) if names else ():
        number, back = row["pk"], {}
        for name, (before, after) in images[number].items():
            if name not in names:
                continue
            stands = plain(row[name]) == after
            if stands and not is_kept(number, name, row[name]):
                back[name] = _value(model, name, before) if before in there.get(name, (before,)) else None
            if making.ahead.is_met(model, number) and (name not in back or model is Account):
                making.plan.left.changed[label].setdefault(number, {})[name] = [before, after]
            if stands and name not in back:
                kept.add(number)
        if back:
            making.plan.falls.setdefault(model, {})[number] = back
            making.ahead.fall(model, number, back)
    if model is not SystemRecord:
        making.plan.stays += [Stays(label, number, MET if making.ahead.is_met(model, number) else SAID_AGAIN) for number in sorted(kept)]


def _there(making: _Making, model: Model, images: Mapping[int, Mapping[str, Any]], names: Collection[str]) -> dict[str, set[int]]:
    """By column that names a row, those of the rows it named before that are there still: another import may have made them."""
    found = {}
    for name in names:
        of: Any = model._meta.get_field(name)
        if isinstance(of, models.ForeignKey) and of.null:
            before = {pairs[name][0] for pairs in images.values() if name in pairs} - {None}
            rows = of.related_model._default_manager.filter(pk__in=before)
            found[name] = {row["pk"] for row in making.ahead.left(of.related_model, rows, ())}
    return found


def _give_back(making: _Making, identity: Model, whose: Model) -> None:
    """An id or a visit that this part moved to another is theirs again whose it was; as whom those are known today, merges say."""
    images, label, of = making.trail.changed.get(label_of(identity), {}), label_of(identity), f"{whose._meta.model_name}_id"
    moves = {number: (_owner(columns, of, 0), _owner(columns, of, 1)) for number, columns in images.items()}
    owners = whose._default_manager.filter(pk__in=[before for before, _ in moves.values()])
    there = {row["pk"] for row in making.ahead.left(whose, owners, ())}
    for row in making.ahead.left(identity, identity._default_manager.filter(pk__in=list(moves)), (of, "seen_as_id")):
        number = row["pk"]
        before, after = moves[number]
        if (row["seen_as_id"] or row[of]) == after and before in there:
            back = {of: before, "seen_as_id": None}
            making.plan.falls.setdefault(identity, {})[number] = back
            making.ahead.fall(identity, number, back)
        elif making.ahead.is_met(identity, number):
            making.plan.left.changed[label][number] = images[number]


def _owner(columns: dict[str, list[Any]], of: str, place: int) -> int:
    """Whose an identity was before it was moved (0) or after (1), by origin."""
    return int(columns.get("seen_as_id", (None, None))[place] or columns[of][place])


def _value(model: Model, name: str, kept: Any) -> Any:
    of: Any = model._meta.get_field(name)
    return kept if kept is None else (of.target_field if isinstance(of, models.ForeignKey) else of).to_python(kept)


def _what_was_done(making: _Making) -> None:
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


def _roles(making: _Making, numbers: Numbers) -> Reasons:
    """Who buys: a member's word stands, and so does a deal that its system told of again."""
    rows = list(BuyingRole.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id", "by_id"))
    told = told_since(Opportunity, {deal for _, deal, _ in rows}, making.at, making.ahead)
    again = {number: AGAIN for number, deal, _ in rows if deal in told.subjects or making.ahead.is_met(Opportunity, deal)}
    return again | {number: DECLARED for number, _, by in rows if by is not None}


def _ids_of_deals(making: _Making, numbers: Numbers) -> Reasons:
    rows = OpportunityIdentity.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id")
    return {number: MET for number, deal in rows if making.ahead.is_met(Opportunity, deal)}


def _changes(making: _Making, numbers: Numbers) -> Reasons:
    """The history of a deal that its system told of again stays: it is told whole, and noted where it says something new."""
    rows = list(OpportunityChange.objects.filter(pk__in=numbers).values_list("pk", "opportunity_id"))
    told = told_since(Opportunity, {deal for _, deal in rows}, making.at, making.ahead)
    met = {number: MET for number, deal in rows if making.ahead.is_met(Opportunity, deal)}
    return met | {number: AGAIN for number, deal in rows if deal in told.subjects}


def _facts(making: _Making, numbers: Numbers) -> Reasons:
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


def _who_and_what(making: _Making) -> None:
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


def _guesses(making: _Making) -> None:
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


def _proposals(making: _Making, numbers: Numbers) -> Reasons:
    """What a member answered stands, and so does a question about two people of whom a later import told too."""
    rows = making.ahead.left(Proposal, Proposal.objects.filter(pk__in=numbers), ("one_id", "other_id", "answer"))
    met = {row["pk"]: MET for row in rows if all(making.ahead.is_met(Person, row[one]) for one in ("one_id", "other_id"))}
    return met | {row["pk"]: DECLARED for row in rows if row["answer"] != Proposal.Answer.OPEN}


def _recognised(making: _Making, model: Model, identity: Model, of: str, numbers: Numbers) -> Reasons:
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
