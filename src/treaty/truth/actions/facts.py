"""Field values with their history: a value is added when it differs from the one before it, never overwritten."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from treaty.bulk import insert, update
from treaty.truth.actions.work import Batch
from treaty.truth.models import Account, Fact, Person, Source
from treaty.truth.models.sources import PROVES_NOTHING
from treaty.truth.records import Value

COLUMNS = {
    Fact.Subject.PERSON: ("name", "title", "seniority", "phone", "country", "language", "lead_source", "account"),
    Fact.Subject.ACCOUNT: ("name", "domain", "industry", "country", "employees", "owner"),
}
"""Fields that also have a column with their latest value."""

ROWS = ("account", "owner")
"""Fields whose value is the number of a row."""

At = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stated:
    """One value stated by one record."""

    subject: Person | Account
    field: str
    value: Value
    occurred_at: datetime
    known_at: datetime
    received_at: datetime
    assumed: bool

    @property
    def kind(self) -> Fact.Subject:
        return Fact.Subject.PERSON if isinstance(self.subject, Person) else Fact.Subject.ACCOUNT

    @property
    def slot(self) -> tuple[str, int, str]:
        return (self.kind, self.subject.pk, self.field)


def as_text_and_number(value: Value) -> tuple[str | None, float | None]:
    """How a value is stored: numbers as numbers, everything else as text, booleans as true and false."""
    if isinstance(value, bool):
        return ("true" if value else "false", None)
    if isinstance(value, int | float | Decimal):
        return (None, float(value))
    if isinstance(value, date):
        return (value.isoformat(), None)
    text = str(value or "").strip()[:500]
    return (text or None, None)


def save(stated: Iterable[Stated], batch: Batch) -> None:
    """Write the values that say something new, and bring the columns up to date.

    A source that proves nothing fills gaps only: it never speaks over a value another source stated. What it claimed
    before such a value came stays in the history, and the column says what was stated, whichever is dated later.
    """
    wanted = [s for s in stated if as_text_and_number(s.value) != (None, None)]
    histories, claimants = load(wanted), _claimants()
    new: list[Fact] = []
    for s in sorted(wanted, key=lambda s: (s.occurred_at, s.known_at)):
        history = histories[s.slot]
        if batch.proves_nothing and any(fact.source_id != batch.source.pk for fact in history):
            continue
        text, number = as_text_and_number(s.value)
        place = bisect_right([(f.occurred_at, f.known_at) for f in history], (s.occurred_at, s.known_at))
        alike = [f for f in history[:place] if (f.source_id in claimants) == batch.proves_nothing]
        if alike and (alike[-1].text, alike[-1].number) == (text, number):
            continue  # said before by a source of the same weight: a claim that happens to be right is no statement
        fact = _fact(s, text, number, batch)
        history.insert(place, fact)
        new.append(fact)
    insert(new)
    _note_changes(new, batch)
    _update_columns(wanted, histories, claimants)


def _claimants() -> set[int]:
    """The sources that prove nothing."""
    return set(Source.objects.filter(kind__in=PROVES_NOTHING).values_list("pk", flat=True))


def _latest(history: list[Fact], claimants: set[int]) -> Fact:
    """The last value that was stated; of claims alone, the last claim."""
    return next((fact for fact in reversed(history) if fact.source_id not in claimants), history[-1])


def _fact(s: Stated, text: str | None, number: float | None, batch: Batch) -> Fact:
    return Fact(
        subject=s.kind,
        subject_id=s.subject.pk,
        field=s.field[:60],
        text=text,
        number=number,
        occurred_at=s.occurred_at,
        known_at=s.known_at,
        received_at=s.received_at,
        source=batch.source,
        assumed=s.assumed,
    )


def load(stated: Iterable[Stated]) -> dict[tuple[str, int, str], list[Fact]]:
    """The histories of all fields named, each in order of time."""
    ids: dict[str, set[int]] = defaultdict(set)
    for s in stated:
        ids[s.kind].add(s.subject.pk)
    histories: dict[tuple[str, int, str], list[Fact]] = defaultdict(list)
    for kind, subject_ids in ids.items():
        for fact in Fact.objects.filter(subject=kind, subject_id__in=subject_ids).order_by("occurred_at", "known_at", "id"):
            histories[(kind, fact.subject_id, fact.field)].append(fact)
    return histories


def _note_changes(new: list[Fact], batch: Batch) -> None:
    for fact in new:
        ids = batch.done.person_ids if fact.subject == Fact.Subject.PERSON else batch.done.account_ids
        ids.add(fact.subject_id)


def _update_columns(stated: Iterable[Stated], histories: dict[tuple[str, int, str], list[Fact]], claimants: set[int]) -> None:
    """Bring the columns up to the latest value; rows whose columns say it already are not written again."""
    changed: dict[Fact.Subject, dict[int, Person | Account]] = defaultdict(dict)
    fields: dict[Fact.Subject, set[str]] = defaultdict(set)
    for s in stated:
        if s.field in COLUMNS[s.kind] and histories[s.slot]:
            latest = _latest(histories[s.slot], claimants)
            if put(s.subject, s.field, latest.text if latest.text is not None else latest.number):
                changed[s.kind][s.subject.pk] = s.subject
                fields[s.kind].add(s.field)
    for kind, subjects in changed.items():
        update(subjects.values(), sorted(fields[kind]))


def put(subject: Person | Account, field: str, value: Value) -> bool:
    """Set the column of a field, cut to what it can hold. True if that changed it; False for a field without a column."""
    kind = Fact.Subject.PERSON if isinstance(subject, Person) else Fact.Subject.ACCOUNT
    if field not in COLUMNS[kind]:
        return False
    name = f"{field}_id" if field in ROWS else field
    text, number = as_text_and_number(value)
    if text is None and number is None:
        return False
    fitted = _fit(field, text if text is not None else number)
    if getattr(subject, name) == fitted:
        return False
    setattr(subject, name, fitted)
    return True


def _fit(field: str, value: str | float | None) -> str | int | None:
    if field in ("employees", *ROWS):
        return int(value) if isinstance(value, float) and abs(value) < 2**31 else None
    limit = {"seniority": 40, "phone": 60, "country": 60, "language": 20, "lead_source": 100, "industry": 100}.get(field, 200)
    return str(value)[:limit]
