"""Deals of two systems that may be one: proposed by rules, answered by a member, and taken back. Nothing is made one unasked.

Made one, the deal of the system that is believed in the stage is counted, with what that system says; the other stays with its history and
goes on being told of by its own system, so that taking it back loses nothing. See docs/decisions/deals-made-one-on-a-members-word.md.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from treaty.bulk import insert
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth import alike_deals
from treaty.truth.actions import answering
from treaty.truth.actions.answering import AlreadyAnswered
from treaty.truth.alike_deals import Deal, Line, Pair
from treaty.truth.identity import registrable
from treaty.truth.masters import is_master
from treaty.truth.models import BuyingRole, DealProposal, Opportunity, SystemRecord

RULE = "alike"
Answer = DealProposal.Answer
Names = tuple[int, int]


def propose(*, at: datetime) -> int:
    """Bring the open proposals up to what the rules say today; returns how many are new.

    What was answered is asked again only if more speaks for it; what no longer holds and nobody has answered is gone.
    """
    found = {(pair.one, pair.other): pair for pair in alike_deals.pairs(_deals())}
    with transaction.atomic():
        return _keep(found, at)


def _keep(found: Mapping[Names, Pair], at: datetime) -> int:
    before: dict[Names, list[DealProposal]] = defaultdict(list)
    for asked in DealProposal.objects.order_by("pk"):
        before[asked.one_id, asked.other_id].append(asked)
    fresh = [_asked(pair, at) for names, pair in found.items() if _is_new(pair, before[names])]
    for names, some in before.items():
        for asked in some:
            if asked.answer == Answer.OPEN:
                _refresh(asked, found.get(names))
    insert(fresh, ignore_conflicts=True)
    return len(fresh)


def _deals() -> list[Deal]:
    """Every deal that some systems tell of and others do not, as the rules read it; none while a single system has deals."""
    told = _told()
    every = frozenset().union(*told.values())
    wanted = [number for number, systems in told.items() if systems != every]
    buyers: dict[int, set[int]] = defaultdict(set)
    for number, person in BuyingRole.objects.filter(opportunity__in=wanted, person__isnull=False).values_list("opportunity", "person"):
        buyers[number].add(person)
    rows = Opportunity.objects.filter(pk__in=wanted, gone_at=None).select_related("account")
    return [_deal(row, told[row.pk], frozenset(buyers[row.pk])) for row in rows]


def _told() -> dict[int, frozenset[int]]:
    """By deal, as it is counted, the systems that have a record of it."""
    led = dict(Opportunity.objects.filter(one_with__isnull=False).values_list("pk", "one_with"))
    found: dict[int, set[int]] = defaultdict(set)
    rows = SystemRecord.objects.filter(kind=SystemRecord.Kind.OPPORTUNITY, gone_at=None, opportunity__isnull=False)
    for deal, source in rows.values_list("opportunity", "source"):
        found[_counted(deal or 0, led)].add(source)
    return {number: frozenset(systems) for number, systems in found.items()}


def _counted(deal: int, led: Mapping[int, int | None]) -> int:
    """The deal as which this one is counted. led: what members said is one."""
    while (into := led.get(deal)) is not None:
        deal = into
    return deal


def _deal(row: Opportunity, systems: frozenset[int], buyers: frozenset[int]) -> Deal:
    account = row.account
    return Deal(
        number=row.pk,
        systems=systems,
        account=row.account_id,
        company=account.name if account else "",
        domain=registrable(account.domain) if account and account.domain else "",
        buyers=buyers,
        name=row.name,
        amount=row.amount,
        currency=row.currency,
        closes_on=row.closed_at.date() if row.closed_at else row.close_on,
        outcome=row.outcome,
    )


def _asked(pair: Pair, at: datetime) -> DealProposal:
    about = ", ".join(f"{line.rule} {line.points}" for line in pair.lines)
    return DealProposal(one_id=pair.one, other_id=pair.other, rule=RULE, about=about, evidence=_evidence(pair), made_at=at)


def _evidence(pair: Pair) -> dict[str, object]:
    return {"lines": [list(line) for line in pair.lines], "points": pair.points}


def lines_of(asked: DealProposal) -> list[Line]:
    """What spoke for it and against when it was last proposed."""
    return [Line(*line) for line in asked.evidence.get("lines", ())]


def _is_new(pair: Pair, before: list[DealProposal]) -> bool:
    answered = [asked for asked in before if asked.answer == Answer.DIFFERENT]
    is_open = len(answered) < len(before)
    return not is_open and all(alike_deals.is_news(pair.lines, lines_of(asked)) for asked in answered)


def _refresh(asked: DealProposal, pair: Pair | None) -> None:
    if pair is None:
        DealProposal.objects.filter(pk=asked.pk, answer=Answer.OPEN).delete()
    elif asked.evidence != _evidence(pair):
        asked.evidence = _evidence(pair)
        asked.save(update_fields=["evidence"])


@transaction.atomic
def make_one(asked: DealProposal, *, by: Member, at: datetime) -> None:
    """They are one deal, counted as that of the system believed in the stage. Raises AlreadyAnswered, also where one is gone meanwhile."""
    answering.answer([asked], {"answer": Answer.MERGED, "answered_at": at, "answered_by": by})
    deals = Opportunity.objects.select_for_update(of=("self",)).select_related("source").order_by("pk")
    one, other = deals.filter(pk__in=(asked.one_id, asked.other_id))
    if one.gone_at or other.gone_at:
        raise AlreadyAnswered(f"{one if one.gone_at else other} is counted no more: look at the pairs again")
    kept, gone = (one, other) if _is_believed(one, other) else (other, one)
    Opportunity.objects.filter(pk=gone.pk).update(one_with=kept, gone_at=at)
    record("opportunity.made_one", kept, by=by, at=at, codes={"gone": gone.key, "points": asked.evidence.get("points", 0)})


def _is_believed(one: Opportunity, other: Opportunity) -> bool:
    if one.source is None or other.source is None:
        return one.source is None
    return is_master("stage", one.source, other.source)


@transaction.atomic
def keep_apart(asked: DealProposal, *, by: Member, at: datetime) -> None:
    """They are two deals. Raises AlreadyAnswered."""
    answering.answer([asked], {"answer": Answer.DIFFERENT, "answered_at": at, "answered_by": by})
    record("opportunity.kept_apart", asked.one, by=by, at=at, codes={"other": asked.other.key})


@transaction.atomic
def ask_again(asked: DealProposal, *, by: Member, at: datetime) -> None:
    """The answer is taken back: two that were made one are two again, each as its own system says today. Nothing where it is open."""
    held = DealProposal.objects.select_for_update(of=("self",)).select_related("one", "other").get(pk=asked.pk)
    if held.answer == Answer.OPEN:
        return
    for gone, kept in ((held.one, held.other), (held.other, held.one)):
        if held.answer == Answer.MERGED and gone.one_with_id == kept.pk:
            Opportunity.objects.filter(pk=gone.pk).update(one_with=None, gone_at=_gone_at(gone))
            record("opportunity.parted", kept, by=by, at=at, codes={"gone": gone.key})
    DealProposal.objects.filter(pk=held.pk).update(answer=Answer.OPEN, answered_at=None, answered_by=None)
    record("opportunity.asked_again", held.one, by=by, at=at, codes={"other": held.other.key})


def _gone_at(deal: Opportunity) -> datetime | None:
    """Since when its own system has it no more."""
    own: Mapping[str, object] = {"source": deal.source, "kind": SystemRecord.Kind.OPPORTUNITY, "external_id": deal.external_id}
    return SystemRecord.objects.filter(**own).values_list("gone_at", flat=True).first()
