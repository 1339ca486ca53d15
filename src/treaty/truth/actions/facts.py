"""Field values with their history: a value is added when it differs from the one before it, never overwritten."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from treaty import trail
from treaty.bulk import insert_values, update
from treaty.moments import from_us
from treaty.prepared import prepared
from treaty.truth.actions.columns import COLUMNS, PERSON, Kind, as_text_and_number, put
from treaty.truth.actions.work import Batch
from treaty.truth.consent import FIELDS, Word, word_of
from treaty.truth.models import Account, Fact, Person, Source
from treaty.truth.models.sources import PROVES_NOTHING
from treaty.truth.records import Value

FACT = (
    "subject",
    "subject_id",
    "stated_of_id",
    "field",
    "text",
    "number",
    "occurred_at",
    "known_at",
    "received_at",
    "source_id",
    "assumed",
    "stated_number",
)
HELD = ("occurred_at", "known_at", "text", "number", "source_id", "id", "stated_number")
NOTHING = (None, None)
"""How a value that says nothing would be stored."""
NEW = 1 << 62
"""The number of a value that is not stored yet: it comes after all that are."""
Slot = tuple[str, int, str]
"""(person or account, its number, field): whose history of what."""


class Stated(NamedTuple):
    """One value stated by one record. kind, number: of whom, as stored · moments in microseconds UTC

    of: of whom it was stated, where that is not the subject itself but who became it · named: of a value that names an account,
    which it named, where that is another by now
    """

    subject: Person | Account
    kind: Kind
    number: int
    field: str
    value: Value
    occurred_us: int
    known_us: int
    received_us: int
    assumed: bool
    of: int | None = None
    named: int | None = None

    @property
    def slot(self) -> Slot:
        return (self.kind, self.of or self.number, self.field)


class Held(NamedTuple):
    """One value in the history of a field. stated_number: the account it named, where that is another by now."""

    occurred_us: int
    known_us: int
    text: str | None
    number: float | None
    source_id: int | None
    id: int = NEW
    stated_number: float | None = None

    @property
    def stated(self) -> tuple[str | None, float | None]:
        """The value as it was stated, whatever was found since."""
        return (self.text, self.number if self.stated_number is None else self.stated_number)


def save(stated: Iterable[Stated], batch: Batch) -> None:
    """Write the values that say something new, and bring the columns up to date.

    A source that proves nothing fills gaps only: it never speaks over a value another source stated. What it claimed
    before such a value came stays in the history, and the column says what was stated, whichever is dated later. That somebody
    withdraws their consent is always kept, whoever tells it.
    """
    said = [(s, said) for s in stated if (said := as_text_and_number(s.value)) != NOTHING]
    if not said:
        return
    wanted, source, is_claim = [s for s, _ in said], batch.source.pk, batch.proves_nothing
    histories, doubtful = Histories(wanted), claimants()
    new: list[tuple[Any, ...]] = []
    for s, (text, number) in sorted(said, key=_when):
        history = histories.own[s.slot]
        held = Held(s.occurred_us, s.known_us, text, number, source, stated_number=s.named)
        withdraws = _withdraws(s.field, held)
        if is_claim and not withdraws and any(one.source_id not in (source, None) for one in history):
            continue
        place = bisect_right(history, held[:2], key=itemgetter(0, 1)) if history else 0
        same = _same(held, history[:place], doubtful, is_claim=is_claim, is_told_again=withdraws)
        if same is not None:
            trail.met(Fact, [same.id] if same.id != NEW else ())
            continue
        history.insert(place, held)
        new.append(_values(s, held))
        if s.kind == PERSON and s.field == "account":
            _note_membership(s, history, batch)
    insert_values(Fact, FACT, new)
    _note_changes(new, batch)
    _update_columns(wanted, histories, doubtful)


def _when(said: tuple[Stated, object]) -> tuple[int, int]:
    return said[0].occurred_us, said[0].known_us


def _withdraws(field: str, held: Held) -> bool:
    return field in FIELDS and word_of(field, held.number if held.text is None else held.text) is Word.WITHDRAWS


def _same(held: Held, before: list[Held], doubtful: set[int | None], *, is_claim: bool, is_told_again: bool) -> Held | None:
    """The last value before it from a source of its weight, if that says the same; None for a value that is new.

    A claim that happens to be right is no statement. is_told_again: the same at a later moment is new, for what lies between
    may come later: a consent between two withdrawals.
    """
    last = None
    for one in reversed(before):
        if (one.source_id in doubtful) == is_claim:
            last = one
            break
    if last is None or last.stated != held.stated:
        return None
    return None if is_told_again and last.occurred_us < held.occurred_us else last


@prepared
def _claiming() -> QuerySet[Source, int]:
    return Source.objects.filter(kind__in=PROVES_NOTHING).values_list("pk", flat=True)


def claimants() -> set[int | None]:
    """The sources that prove nothing, and None: a value without a source is a guess of ours (`employing`)."""
    return {None, *_claiming()}


def _latest(history: list[Held], doubtful: set[int | None]) -> Held:
    """The last value that was stated; of claims alone, the last claim."""
    return next((held for held in reversed(history) if held.source_id not in doubtful), history[-1])


def later_of(one: Held, other: Held, doubtful: set[int | None]) -> Held:
    """Of two people's latest values of a field the one that would be shown if they were one."""
    return _latest(sorted((one, other), key=attrgetter("occurred_us", "known_us", "id")), doubtful)


def latest(subjects: Collection[int], doubtful: set[int | None], kind: Kind = PERSON) -> dict[int, dict[str, Held]]:
    """The latest value of every field of these people or accounts, by subject: of all their records together."""
    histories: dict[tuple[int, str], list[Held]] = defaultdict(list)
    for subject_id, _, field, *held in _history.bare(kind, subjects):
        histories[subject_id, field].append(Held._make(held))
    found: dict[int, dict[str, Held]] = {subject: {} for subject in subjects}
    for (subject, field), history in histories.items():
        found[subject][field] = _latest(history, doubtful)
    return found


def _values(s: Stated, held: Held) -> tuple[Any, ...]:
    return (
        s.kind,
        s.number,
        s.of,
        s.field[:60],
        held.text,
        held.number,
        s.occurred_us,
        s.known_us,
        s.received_us,
        held.source_id,
        s.assumed,
        held.stated_number,
    )


class Histories:
    """The histories of all fields of the subjects named, each in order of time: of a record what was stated of itself.

    What is new about a record is decided by its own history: so it is the same whether it is another's or not.
    """

    def __init__(self, stated: Iterable[Stated]) -> None:
        ids: dict[Kind, set[int]] = defaultdict(set)
        for s in stated:
            ids[s.kind].add(s.number)
        self.own: dict[Slot, list[Held]] = defaultdict(list)
        self._records: dict[Slot, set[int]] = {}
        for kind, subject_ids in ids.items():
            for subject_id, stated_of, field, *held in _history.bare(kind, subject_ids):
                self.own[kind, stated_of or subject_id, field].append(Held._make(held))
                if stated_of:
                    self._records.setdefault((kind, subject_id, field), {subject_id}).add(stated_of)
        for s in stated:
            if s.of:
                self._records.setdefault((s.kind, s.number, s.field), {s.number}).add(s.of)

    def of_all(self, s: Stated) -> list[Held]:
        """The history of the field of whoever the subject is known as: of all its records together."""
        records = self._records.get((s.kind, s.number, s.field))
        if records is None:
            return self.own[s.slot]
        together = chain.from_iterable(self.own[s.kind, record, s.field] for record in records)
        return sorted(together, key=attrgetter("occurred_us", "known_us", "id"))


@prepared
def _history(kind: str, subject_ids: Collection[int]) -> QuerySet[Fact, Any]:
    told = Fact.objects.filter(subject=kind, subject_id__among=subject_ids).order_by("occurred_at", "known_at", "id")
    return told.values_list("subject_id", "stated_of_id", "field", *HELD)


def _note_changes(new: list[tuple[Any, ...]], batch: Batch) -> None:
    for kind, subject_id, *_ in new:
        ids = batch.done.person_ids if kind == PERSON else batch.done.account_ids
        ids.add(subject_id)


def _note_membership(s: Stated, history: list[Held], batch: Batch) -> None:
    batch.done.counts_from(s.number, from_us(max(s.occurred_us, s.known_us)))
    if len(history) > 1:
        batch.done.moved.add(s.number)


def _update_columns(stated: Iterable[Stated], histories: Histories, doubtful: set[int | None]) -> None:
    """Bring the columns up to the latest value; rows whose columns say it already are not written again."""
    changed: dict[Kind, dict[int, Person | Account]] = defaultdict(dict)
    fields: dict[Kind, set[str]] = defaultdict(set)
    with_column = {(s.kind, s.number, s.field): s for s in stated if s.field in COLUMNS[s.kind]}
    for s in with_column.values():
        if history := histories.of_all(s):
            latest = _latest(history, doubtful)
            if put(s.subject, s.field, latest.text if latest.text is not None else latest.number):
                changed[s.kind][s.number] = s.subject
                fields[s.kind].add(s.field)
    for kind, subjects in changed.items():
        update(subjects.values(), sorted(fields[kind]))
