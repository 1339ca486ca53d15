"""Who buys: one row counts of each person at a deal, whatever records of theirs were told to buy."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from treaty.bulk import update
from treaty.truth.models import BuyingRole


def settle(root: int, records: Collection[int]) -> None:
    """Of the rows of these records, which are one person, one counts at each deal: of those that state a role the first that a
    member declared, else the first told.

    root: whom they are known as; records: all that are. The others stay, and say whose they were.
    """
    whose = Q(seen_as__in=records) | Q(seen_as=None, person__in=records)
    by_deal: dict[int, list[BuyingRole]] = defaultdict(list)
    for row in BuyingRole.objects.filter(whose).select_for_update().order_by("pk"):
        by_deal[row.opportunity_id].append(row)
    counting, silent = [], []
    for rows in by_deal.values():
        first, *others = sorted(rows, key=lambda row: (row.role == "", row.by_id is None, row.at, row.pk))
        counting.append(_of(first, root, counts=True))
        silent += [_of(row, root, counts=False) for row in others]
    update(silent, ["person_id", "seen_as_id"])
    update(counting, ["person_id", "seen_as_id"])


def _of(row: BuyingRole, root: int, *, counts: bool) -> BuyingRole:
    was = row.seen_as_id or row.person_id
    row.person_id = root if counts else None
    row.seen_as_id = None if counts and was == root else was
    return row
