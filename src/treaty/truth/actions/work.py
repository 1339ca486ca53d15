"""What one batch is working on: its source, its moment, its tally."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models

from treaty.truth.models import Source
from treaty.truth.models.sources import PROVES_NOTHING, SYSTEMS


@dataclass(slots=True)
class Absorbed:
    """What became of a batch: stored + merged + len(refused) = records given (invariant 6).

    person_ids and account_ids are those about whom something is new; they are to be judged again. activity_ids and
    opportunity_ids are those spoken of, new or not. since: from when on what is new about a person's touches and account
    counts, the earliest of it. moved: who was said to belong to another account than before, and visitors
    whose touches went to the person they turned out to be. regrouped: accounts that were made one, or parted: who is at them changed.
    """

    stored: int = 0
    merged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    person_ids: set[int] = field(default_factory=set)
    account_ids: set[int] = field(default_factory=set)
    activity_ids: set[int] = field(default_factory=set)
    opportunity_ids: set[int] = field(default_factory=set)
    since: dict[int, datetime] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    regrouped: set[int] = field(default_factory=set)

    def counts_from(self, person: int, at: datetime) -> None:
        """Something new about a person counts from this moment on."""
        self.since[person] = min(at, self.since.get(person, at))

    def add(self, other: "Absorbed") -> None:
        """What is new besides."""
        self.person_ids |= other.person_ids
        self.account_ids |= other.account_ids
        self.moved |= other.moved
        self.regrouped |= other.regrouped
        for person, at in other.since.items():
            self.counts_from(person, at)

    def count(self, *, is_new: bool) -> None:
        if is_new:
            self.stored += 1
        else:
            self.merged += 1


@dataclass(slots=True)
class Batch:
    """The source and the moment of a batch, and what has become of it so far."""

    source: Source
    received_at: datetime
    done: Absorbed = field(default_factory=Absorbed)
    counted: set[int] = field(default_factory=set)

    def count(self, row: models.Model) -> None:
        """Stored the first time a record makes a row, merged whenever it meets one."""
        is_new = row.pk is None and id(row) not in self.counted
        self.counted.add(id(row))
        self.done.count(is_new=is_new)

    @property
    def space(self) -> str:
        """Ids of this source mean something only within it, unless it shares a space with others."""
        return str(self.source.settings.get("id_space") or self.source.key)

    @property
    def is_of_a_system(self) -> bool:
        """Its ids name the records of a system."""
        return self.source.kind in SYSTEMS

    @property
    def proves_nothing(self) -> bool:
        return self.source.kind in PROVES_NOTHING
