"""Taking an import back: what would become of what it wrote, and doing it, part by part, the last part first.

Each part is a short transaction of its own, so live intake goes on meanwhile; killed anywhere it goes on with the next part.
What is decided of a row, and why it stays, is `truth.actions.takeback`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from treaty.books.models import Closing
from treaty.bulk import insert
from treaty.connectors.models import Import, ImportPart, Stayed, Undoing
from treaty.crash import crash_here
from treaty.journal.actions import record
from treaty.qualification.marks import mark_told
from treaty.team.models import Member
from treaty.trail import Trail, unpacked
from treaty.truth.actions.ahead import Ahead, Numbers
from treaty.truth.actions.takeback import planned
from treaty.truth.actions.takeback_plan import Plan, Stays
from treaty.truth.actions.taken import carry_out
from treaty.truth.models import ExchangeRate, Fact, OpportunityChange, TakenOut, Touch

GROWING = (Touch, Fact, OpportunityChange, ExchangeRate)
"""Tables that otherwise only grow."""
UNSAID = ("truth.identity", "truth.accountidentity", "truth.systemrecord", "truth.proposal")
"""What stays or goes with whom it is about, and is not told of by itself."""
COLUMNS_OF_FACTS = ("truth.person", "truth.account")
"""What their columns show follows from the values that are left."""
NAMED = ("truth.person", "truth.opportunity")
"""What has a page of its own."""
MOST_NAMED = 100
Progress = Callable[[int], None]
"""Told how many parts are left."""


class CannotUndo(Exception):
    """Why an import is not taken back; the message says what stands in the way."""


@dataclass(slots=True)
class Result:
    """What becomes of what an import wrote. goes, falls: how many rows, by label of their model · stays: each with its reason."""

    goes: Counter[str] = field(default_factory=Counter)
    falls: Counter[str] = field(default_factory=Counter)
    stays: list[Stays] = field(default_factory=list)

    def add(self, plan: Plan) -> None:
        self._count(plan)
        self.stays += _said(plan)

    def add_later(self, plan: Plan) -> None:
        """What was found when it was looked at again: rows that stayed and go now, or stay for another reason."""
        self._count(plan)
        gone = {
            (model._meta.label_lower, number) for rows in (plan.goes, plan.falls) for model, numbers in rows.items() for number in numbers
        }
        why = {(one.model, one.number): one.why for one in plan.stays}
        left = [one for one in self.stays if (one.model, one.number) not in gone]
        self.stays = [one._replace(why=why.get((one.model, one.number), one.why)) for one in left]

    def _count(self, plan: Plan) -> None:
        self.goes.update(_counts(plan.goes.items()))
        self.falls.update({label: n for label, n in _counts(plan.falls.items()).items() if label not in COLUMNS_OF_FACTS})

    @property
    def reasons(self) -> Counter[tuple[str, str]]:
        """How many stay, by label and reason."""
        return Counter((one.model, one.why) for one in self.stays)


def _counts(rows: Iterable[tuple[type, Iterable[int]]]) -> Counter[str]:
    found = Counter({model._meta.label_lower: len(list(numbers)) for model, numbers in rows})  # type: ignore[attr-defined]
    return Counter({label: n for label, n in found.items() if n and label not in UNSAID})


def standing(run: Import) -> QuerySet[ImportPart]:
    """Its parts that are not taken back, the last first."""
    return run.parts.filter(undone_at=None).order_by("-id")


def check_may_undo(run: Import) -> None:
    """Raises CannotUndo for an import under way, one taken back, and one that did not remember what it wrote."""
    if run.finished_at is None:
        raise CannotUndo("it is still being read: wait until it is done, then take it back")
    if Undoing.objects.filter(run=run, finished_at__isnull=False).exists():
        raise CannotUndo("it was taken back already: import the files again if they are wanted after all")
    if not run.parts.exists():
        raise CannotUndo("nothing says what it wrote: it kept no row, or was read before imports could be taken back")


def effort(run: Import) -> int:
    """How many parts are read to foresee what becomes of it: its own, those of later imports that stand, and what is looked at again."""
    first = run.parts.order_by("id").values_list("id", flat=True).first() or 0
    return ImportPart.objects.filter(undone_at=None, pk__gte=first).count() + _with_rest().count()


def foresee(run: Import) -> Result:
    """What would become of what it wrote by what is known now; nothing is changed. Raises CannotUndo."""
    check_may_undo(run)
    ahead, result = Ahead(met=_met(run)), Result()
    rest: list[tuple[ImportPart, Trail]] = []
    for part in standing(run).iterator(chunk_size=20):
        plan = planned(unpacked(part.trail), part.at, ahead)
        result.add(plan)
        if not plan.left.is_empty:
            rest.append((part, plan.left))
    _foresee_again(run, rest, ahead, result)
    return result


def _foresee_again(run: Import, rest: Sequence[tuple[ImportPart, Trail]], ahead: Ahead, result: Result) -> None:
    """What `_look_again` will find. rest: what stays of this one, part by part"""
    met = _Met(without=run)
    earlier = [(part, unpacked(part.trail)) for part in _with_rest().select_related("run")]
    for part, left in sorted([*rest, *earlier], key=lambda pair: -pair[0].pk):
        plan = planned(left, part.at, replace(ahead, met=met.of(part.run)))
        if part.run_id == run.pk:
            result.add_later(plan)


def keep_foreseen(run: Import) -> None:
    """The same for whoever does not wait for it."""
    try:
        run.foreseen = as_json(foresee(run))
    except CannotUndo as told:
        run.foreseen = {"problem": str(told)}
    run.save(update_fields=["foreseen"])


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON keeps it: those that stay counted, of people and deals the first by their numbers."""
    stays = [[model, why, n] for (model, why), n in sorted(result.reasons.items())]
    first = [[one.model, one.number, one.why] for one in result.stays if one.model in NAMED][:MOST_NAMED]
    return {"goes": dict(result.goes), "falls": dict(result.falls), "stays": stays, "first": first}


def result_of(undoing: Undoing) -> Result:
    """What became of what an import wrote, as far as it is taken back."""
    stayed = undoing.stayed.order_by("id").values_list("model", "number", "why")
    return Result(Counter(undoing.goes), Counter(undoing.falls), [Stays(*one) for one in stayed])


def closed_since(run: Import) -> list[str]:
    """Periods whose figures were made after the import began: they stay as signed, and say what changed as a restatement."""
    rows = Closing.objects.filter(withdrawn_at=None, as_of__gte=run.started_at).order_by("first_on")
    return list(rows.values_list("period", flat=True))


@transaction.atomic
def begin(run: Import, *, why: str, by: Member | None, at: datetime) -> Undoing:
    """Note that an import is to be taken back, by whom and why; asked again while it is under way it goes on. Raises CannotUndo."""
    held = Import.objects.select_for_update().get(pk=run.pk)
    check_may_undo(held)
    if not why.strip():
        raise CannotUndo("say why it is taken back: it stands in the journal")
    undoing, is_new = Undoing.objects.get_or_create(run=held, defaults={"by": by, "why": why.strip()[:300], "at": at})
    if is_new:
        record("import.undo_begun", held, by=by, at=at, codes={"parts": standing(held).count()}, words={"why": undoing.why})
    elif undoing.problem:
        undoing.problem = ""
        undoing.save(update_fields=["problem"])
    return undoing


def run_undoing(undoing: Undoing, *, clock: Callable[[], datetime], progress: Progress | None = None) -> Undoing:
    """Take back every part that stands, look again at what stayed of imports taken back before, and end.

    Safe to run again and at once: each part is taken back once, and to look again changes nothing that was seen.
    """
    met = _Met()
    while _next(undoing, met, clock()):
        if progress:
            progress(standing(undoing.run).count())
    for number in list(_with_rest().values_list("pk", flat=True)):
        _look_again(number, met, clock())
    _end(undoing, clock())
    undoing.refresh_from_db()
    return undoing


@transaction.atomic
def _next(undoing: Undoing, met: "_Met", at: datetime) -> bool:
    """Take the last part that stands back. False when there is none."""
    row = Undoing.objects.select_for_update(of=("self",)).select_related("run", "by").get(pk=undoing.pk)
    part = standing(row.run).first()
    if part is None:
        return False
    plan = _take_back(part, met, row.by, at)
    _account(row, plan)
    insert(Stayed(undoing=row, model=one.model, number=one.number, why=one.why) for one in _said(plan))
    part.undone_at = at
    part.save(update_fields=["undone_at", "trail"])
    crash_here("import-part-taken-back-before-commit")
    return True


def _take_back(part: ImportPart, met: "_Met", by: Member | None, at: datetime) -> Plan:
    """Decide and carry it out; what is left of it is noted in the part."""
    plan = planned(unpacked(part.trail), part.at, Ahead(met=met.of(part.run)))
    carry_out(plan, by=by, at=at, mark=partial(mark_told, at=at))
    part.trail = b"" if plan.left.is_empty else plan.left.packed()
    taken = [model for model in GROWING if plan.goes.get(model)]
    insert(TakenOut(source=model._meta.db_table, at=at) for model in taken)
    return plan


def _account(row: Undoing, plan: Plan) -> None:
    result = Result(Counter(row.goes), Counter(row.falls))
    result.add(plan)
    row.goes, row.falls = dict(result.goes), dict(result.falls)
    row.save(update_fields=["goes", "falls"])


def _said(plan: Plan) -> list[Stays]:
    return [one for one in plan.stays if one.model not in UNSAID]


def _with_rest() -> QuerySet[ImportPart]:
    """Parts taken back of which something stayed, the last first."""
    return ImportPart.objects.filter(undone_at__isnull=False).exclude(trail=b"").order_by("-id")


@transaction.atomic
def _look_again(number: int, met: "_Met", at: datetime) -> None:
    """What stayed only because of an import that is taken back now goes too, and is accounted for where it came from."""
    part = ImportPart.objects.select_for_update(of=("self",)).select_related("run").get(pk=number)
    row = Undoing.objects.select_for_update(of=("self",)).select_related("by").get(run=part.run)
    plan = _take_back(part, met, row.by, at)
    _account(row, plan)
    for model, numbers in plan.goes.items():
        row.stayed.filter(model=model._meta.label_lower, number__in=numbers).delete()
    for model, rows in plan.falls.items():
        row.stayed.filter(model=model._meta.label_lower, number__in=list(rows)).delete()
    for one in _said(plan):
        row.stayed.filter(model=one.model, number=one.number).update(why=one.why)
    part.save(update_fields=["trail"])


@transaction.atomic
def _end(undoing: Undoing, at: datetime) -> None:
    is_first = Undoing.objects.filter(pk=undoing.pk, finished_at=None).update(finished_at=at)
    row = Undoing.objects.select_related("run", "by").get(pk=undoing.pk)
    if is_first:
        codes = {"goes": row.goes, "falls": row.falls, "stays": row.stayed.count()}
        record("import.undone", row.run, by=row.by, at=at, codes=codes)


class _Met:
    """What imports later than another told of too, read again when a part of one was stored or taken back.

    without: an import that does not count, for it is to be taken back
    """

    def __init__(self, without: Import | None = None) -> None:
        self._state: tuple[int, int] | None = None
        self._found: dict[int, Numbers] = {}
        self._without = without

    def of(self, run: Import) -> Numbers:
        parts = ImportPart.objects.exclude(run=run).filter(undone_at=None)
        state = parts.aggregate(newest=Max("id"), n=Count("id"))
        if (now := (state["newest"] or 0, state["n"])) != self._state or run.pk not in self._found:
            self._found, self._state = {run.pk: _met(run, self._without)}, now
        return self._found[run.pk]


def _met(run: Import, without: Import | None = None) -> Numbers:
    """By label the rows that later imports, which stand, told of."""
    found: Numbers = defaultdict(set)
    first = run.parts.order_by("id").values_list("id", flat=True).first() or 0
    later = ImportPart.objects.filter(undone_at=None, pk__gt=first).exclude(run__in=[run, *([without] if without else [])])
    for part in later.order_by("id").iterator(chunk_size=20):
        kept = unpacked(part.trail)
        for label in {*kept.met, *kept.changed}:
            found[label] |= kept.told_of(label)
    return found
