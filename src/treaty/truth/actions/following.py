"""What follows a record that is found to be another: every row remembers whose it was, and is given back when they are parted.

Whose a row is today follows from whose it was and from the merges that stand, from nothing else. See docs/identity.md.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar

from django.db import connection, models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf

from treaty.truth.models import (
    Account,
    AccountIdentity,
    AccountMerge,
    Activity,
    Fact,
    Identity,
    Lead,
    Merge,
    Objection,
    Opportunity,
    Person,
)

M = TypeVar("M", Merge, AccountMerge)


@dataclass(frozen=True, slots=True)
class Following:
    """Rows of one table.

    today: the column that says whose they are · seen: whose they were, None where that is the same · where: which rows of the
    table · number: how the column holds the number of a record
    """

    model: type[models.Model]
    today: str
    seen: str
    where: Q = field(default_factory=Q)
    number: Callable[[int], float] = int

    def follow(self, gone: int, root: int) -> int:
        """What is the one's is the other's from now on, and says whose it was. Returns how many rows that are."""
        rows = self.model._default_manager.filter(self.where, **{self.today: self.number(gone)})
        return rows.update(**{self.seen: Coalesce(self.seen, self.today), self.today: self.number(root)})

    def give_back(self, root: int, gone: int, theirs: Collection[int]) -> None:
        """What was seen as one of these records is again of the one of them that is parted from the other."""
        was = {f"{self.seen}__in": [self.number(one) for one in theirs]}
        rows = self.model._default_manager.filter(self.where, **{self.today: self.number(root)}, **was)
        rows.update(**{self.today: self.number(gone), self.seen: NullIf(self.seen, Value(self.number(gone)))})


OF_PEOPLE = tuple(Following(model, "person", "seen_as") for model in (Identity, Lead, Activity, Objection))
"""What belongs to a person, beside touches and buying roles, which have ways of their own, and what was stated of them."""
STATED = {kind: Following(Fact, "subject_id", "stated_of_id", Q(subject=kind)) for kind in ("person", "account")}
"""What was stated of a record is stated of whom it is found to be."""
NAMING = (
    Following(Fact, "number", "stated_number", Q(subject="person", field="account"), float),
    Following(Fact, "number", "stated_number", Q(subject="account", field="parent"), float),
)
"""Values that name an account: who belongs to it, and what is a part of it."""
OF_ACCOUNTS = (
    Following(AccountIdentity, "account", "seen_as"),
    Following(Opportunity, "account", "account_seen_as"),
    STATED["account"],
    *NAMING,
)


def root_of(model: type[Person] | type[Account], record: int) -> int:
    """Whom this record is known as today: itself, or whom it was found to be, however many merges lie between."""
    while above := model._default_manager.filter(pk=record).values_list("merged_into_id", flat=True).first():
        record = above
    return record


def known_as(model: type[Person] | type[Account], record: int) -> tuple[int, int | None]:
    """Whose a row of this record is today, and as which record it was seen; None where that is the same."""
    root = root_of(model, record)
    return root, None if root == record else record


def tree_of(model: type[Person] | type[Account], record: int) -> list[int]:
    """This record and all that were found to be it, however many merges lie between."""
    found, newest = [record], [record]
    while newest:
        newest = list(model._default_manager.filter(merged_into__in=newest).values_list("pk", flat=True))
        found += newest
    return found


def merges_of(model: type[M], record: int) -> list[M]:
    """The merges by which others were found to be this record and are so still, however many lie between; the latest first."""
    found: list[M] = []
    newest = [record]
    while newest:
        rows = list(model._default_manager.filter(kept__in=newest, undone_at=None).select_related("gone", "kept", "by"))
        found += rows
        newest = [row.gone_id for row in rows]
    return sorted(found, key=attrgetter("at", "pk"), reverse=True)


def merged(model: type[Person] | type[Account], records: Collection[int]) -> set[int]:
    """Those of these who are somebody else by now; nobody makes any of them so before we are done (PostgreSQL only)."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"select id, merged_into_id from {table} where id = any(%s) order by id for key share"  # noqa: S608 - a model's own name
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(records)])
        return {record for record, into in cursor.fetchall() if into is not None}
