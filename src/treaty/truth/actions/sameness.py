"""One deal, whichever system tells of it: by the ids that records state of other systems. Which of them is believed is `truth.masters`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q

from treaty.bulk import insert_values
from treaty.truth.actions.work import Batch
from treaty.truth.masters import GROUPS, is_master
from treaty.truth.models import Opportunity, OpportunityIdentity, Source, SystemRecord
from treaty.truth.records import OpportunityRecord

OURS = "treaty"
"""The id space of what was made in Treaty itself: the deal's key."""
Name = tuple[str, str]
"""(id space, id)."""


def by_id(ids: Collection[str], batch: Batch) -> dict[str, Opportunity]:
    """The deals this source calls so, whichever system told of them first."""
    if not ids:
        return {}
    own = Opportunity.objects.filter(source=batch.source, external_id__in=ids).exclude(
        external_id=""
    )  # so that the index on the ids answers
    found = {deal.external_id: deal for deal in own}
    missing = [(batch.space, one) for one in ids if one not in found]
    return found | {name[1]: deal for name, deal in _by_identity(missing).items()}


def known(records: Sequence[OpportunityRecord], batch: Batch) -> dict[str, Opportunity]:
    """The deals these records tell of, by their ids, those that are known under an id of another system too."""
    found = by_id({record.external_id[:200] for record in records}, batch)
    asked = {record.external_id[:200]: _stated(record, batch) for record in records if record.external_id[:200] not in found}
    names = [name for stated in asked.values() for name in stated]
    if not names:
        return found
    deals = _by_own(names) | _by_identity(names)
    same = {own: next((deals[name] for name in stated if name in deals), None) for own, stated in asked.items()}
    one = {deal.pk: deal for deal in (*found.values(), *(deal for deal in same.values() if deal))}
    return found | {own: one[deal.pk] for own, deal in same.items() if deal is not None}


def save(told: Iterable[tuple[OpportunityRecord, Opportunity]], batch: Batch) -> None:
    """Remember the ids a deal has elsewhere. An id that another deal has stays its own: two deals are not made one here."""
    rows = []
    for record, deal in told:
        rows += [(deal.pk, *name) for name in _stated(record, batch)]
        if deal.source_id != batch.source.pk or deal.external_id != record.external_id[:200]:
            rows.append((deal.pk, batch.space, record.external_id[:200]))
    insert_values(OpportunityIdentity, ("opportunity_id", "space", "value"), list(dict.fromkeys(rows)), ignore_conflicts=True)


Told = Mapping[int, Sequence[tuple[Source, Collection[str]]]]


def told_elsewhere(deals: Iterable[Opportunity], batch: Batch) -> Told:
    """By deal, the other systems that tell of it, each with the fields it stated."""
    numbers = {deal.pk for deal in deals if deal.pk is not None}
    rows = SystemRecord.objects.filter(opportunity__in=numbers, gone_at=None).exclude(source=batch.source).select_related("source")
    found = defaultdict(list)
    for row in rows if numbers else ():
        found[row.opportunity_id or 0].append((row.source, tuple(row.said)))
    return found


def yields(deal: Opportunity, told: Told, batch: Batch) -> set[str]:
    """Fields of a deal in which another system is believed over this one, and of which it said something."""
    return {
        field
        for source, stated in told.get(deal.pk or 0, ())
        for group, fields in GROUPS.items()
        if set(stated) & set(fields) and is_master(group, source, batch.source)
        for field in fields
    }


def _stated(record: OpportunityRecord, batch: Batch) -> list[Name]:
    names = [(space.strip()[:40], value.strip()[:200]) for space, value in record.same_as]
    return [name for name in names if all(name) and name[0] != batch.space]


def _by_identity(names: Collection[Name]) -> dict[Name, Opportunity]:
    if not names:
        return {}
    wanted = set(names)
    rows = OpportunityIdentity.objects.filter(space__in={space for space, _ in wanted}, value__in={value for _, value in wanted})
    return {(row.space, row.value): row.opportunity for row in rows.select_related("opportunity") if (row.space, row.value) in wanted}


def _by_own(names: Collection[Name]) -> dict[Name, Opportunity]:
    """Deals by the ids they came with, and by Treaty's own keys."""
    wanted, spaces = set(names), {str(one.settings.get("id_space") or one.key): one.pk for one in Source.objects.all()}
    sources = {spaces[space] for space, _ in wanted if space in spaces}
    own = Q(source__in=sources, external_id__in={value for _, value in wanted}) & ~Q(external_id="")
    rows = Opportunity.objects.filter(own | Q(key__in={value for space, value in wanted if space == OURS}))
    named = {number: space for space, number in spaces.items()}
    found = {(OURS, deal.key): deal for deal in rows} | {(named.get(deal.source_id or 0, ""), deal.external_id): deal for deal in rows}
    return {name: deal for name, deal in found.items() if name in wanted}
