"""From files to the truth: rows become records, records are absorbed, and every row ends stored, merged or refused."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice

from django.db import transaction

from treaty import trail
from treaty.bulk import insert
from treaty.connectors.fates import Fate, fate_of
from treaty.connectors.files.exports import Exports
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.makers import MAKERS
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.row import Directory
from treaty.connectors.files.rows import Refused, storable
from treaty.connectors.files.to_records import Made, directory_of, to_rows
from treaty.connectors.loaders.sets import SYSTEMS
from treaty.connectors.models import Import, ImportFile, ImportPart, RefusedRow
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.actions import absorb
from treaty.truth.models import Source

ROWS = 200
"""In one transaction at most: others write between two of them."""
APPS = ("truth", "team")
"""Whose rows an import writes, as can be taken back."""
USUAL = "files"
"""The source of an import that names none."""
ORDER = (
    *("names", "members", "campaigns", "accounts", "leads", "property history", "merges", "touches", "opportunities", "links"),
    *("stage history", "activities", "spend", "rates"),
)
"""Owners before what they own, people before what they did."""
UNKEPT = {
    "products": "products have no list of their own: deals name theirs",
    "stages": "stages are not kept: they named those of the deals in the same import",
    "other": "nobody knows what these rows are: say it with --as, in the preview or in a mapping file",
}

Progress = Callable[[ImportFile], None]


class NotForImports(ValueError):
    """A source of this name receives events by a key; files need one of their own."""


def source_for(name: str, *, at: datetime, by: Member | None = None, system: str = "") -> Source:
    """The source imports of that name belong to, made on first use: ids mean the same thing within one source only.

    system: whose tables a loader left; their ids are those that a connector to that system brings too. Without a name it is the
    one source that has them already, else one named after the system.
    Raises NotForImports when the name is that of a write key, or its ids are those of something else.
    """
    wanted = name.strip()[:80] or usual(system)
    settings = {"id_space": system} if system else {}
    source, is_new = Source.objects.get_or_create(
        name=wanted, defaults={"kind": Source.Kind.IMPORT, "made_by": by, "made_at": at, "settings": settings}
    )
    if source.write_key_hash:
        raise NotForImports(f"{wanted!r} is a source with a write key: choose another name for what comes in files")
    if system and source.settings.get("id_space") != system:
        raise NotForImports(f"the ids of {wanted!r} are not those of {system}: choose another name with --source")
    if is_new:
        record("source.added", source, by=by, at=at, codes={"kind": source.kind})
    return source


def usual(system: str) -> str:
    """The source of an import that names none: the one whose ids are that system's, if there is one; a name for it, if not."""
    if not system:
        return USUAL
    known = list(Source.objects.filter(settings__id_space=system, write_key_hash=None).values_list("name", flat=True)[:2])
    return known[0] if len(known) == 1 else SYSTEMS[system].label


@transaction.atomic
def begin(exports: Exports, *, source: Source, at: datetime, by: Member | None = None, key: str = "") -> Import:
    """Note what is to be read, file by file in the order of reading. Beginning again under the same key goes on.

    key: of the import; made when not given
    """
    named = {"key": key} if key else {}
    mapping = exports.mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    run = Import.objects.filter(**named).first() if key else None
    run = run or Import.objects.create(source=source, by=by, mapping=mapping, started_at=at, **named)
    for one in in_order(exports):
        _file(run, one.table.name, kind=one.kind, columns=[[plan.header, plan.meaning] for plan in one.columns], total=rows_in(one))
    for unread in exports.unread:
        _file(run, unread.name, problem=unread.problem[:500], ended_at=at)
    return run


def _file(run: Import, name: str, **stated: object) -> None:
    ImportFile.objects.get_or_create(run=run, name=name_of(name), defaults=stated)


def name_of(name: str) -> str:
    """The name of a table as an import keeps it."""
    return storable([name])[0][:300]


def in_order(exports: Exports) -> list[Recognised]:
    """The tables as they must be read: what others refer to comes first; equals as they were named."""
    places = {kind: place for place, kind in enumerate(ORDER)}
    return sorted(exports.recognised, key=lambda one: (places.get(one.kind, len(places)), one.loaded.place if one.loaded else -1))


def unkept(one: Recognised) -> str:
    """Why the rows of a table are not kept; nothing for one whose rows are."""
    if one.loaded is not None:
        return one.loaded.refuse
    return "" if one.kind in MAKERS else UNKEPT.get(one.kind, UNKEPT["other"])


def rows_in(one: Recognised) -> int:
    """All rows of a table, also those that cannot be read."""
    return one.profile.rows + one.profile.refused


def run_import(run: Import, exports: Exports, *, clock: Callable[[], datetime], progress: Progress | None = None) -> Import:
    """Read everything that was not read yet, in parts of at most 200 rows, each its own transaction.

    clock: asked once a part; the rows of a part are received then
    Killed anywhere it goes on behind the last part. Running it again, or the same files in another import, stores nothing twice.
    """
    directory = directory_of(exports)
    for one in in_order(exports):
        file = run.files.get(name=name_of(one.table.name))
        if file.ended_at is None:
            with suppress(FileRefused):  # noted on the file
                _read_file(file, one, exports, directory, clock, progress)
    _say_last(exports, run, clock)
    Import.objects.filter(pk=run.pk, finished_at=None).update(finished_at=clock())
    run.refresh_from_db()
    return run


def _say_last(exports: Exports, run: Import, clock: Callable[[], datetime]) -> None:
    """What could not be said while some of the rows were not read yet. It counts as no row; said again it changes nothing."""
    records = iter(exports.last())
    while part := list(islice(records, ROWS)):
        at = clock()
        with transaction.atomic(), trail.keeping(*APPS) as kept:
            absorb(part, source=run.source, received_at=at)
            _remember(run, kept, at)


def _read_file(
    file: ImportFile, one: Recognised, exports: Exports, directory: Directory, clock: Callable[[], datetime], progress: Progress | None
) -> None:
    if why := unkept(one):
        return leave(file, why, at=clock())
    try:
        for start, part in parts(one, exports, directory, skip=file.read):
            take(file, start, part, at=clock())
            if progress:
                progress(file)
    except FileRefused as refused:
        end(file, at=clock(), problem=exports.shown(str(refused)))
        raise
    end(file, at=clock())


def parts(one: Recognised, exports: Exports, directory: Directory, skip: int = 0) -> Iterator[tuple[int, list[Made | Refused]]]:
    """The rows of a table behind the first `skip`, in parts, each with the number of rows before it."""
    rows = islice(to_rows(one, exports.mapping, directory), skip, None)
    start = skip
    while part := list(islice(rows, ROWS)):
        yield start, part
        start += len(part)


@transaction.atomic
def take(file: ImportFile, start: int, rows: list[Made | Refused], *, at: datetime) -> None:
    """Absorb some rows and count them, all or none. A part that was taken before changes nothing.

    start: how many rows of the file lie before these
    """
    row = ImportFile.objects.select_for_update(of=("self",)).select_related("run__source").get(pk=file.pk)
    if row.read == start:
        with trail.keeping(*APPS) as kept:
            fate = fate_of(rows, row.run.source, at)
        _remember(row.run, kept, at)
        _count(row, fate)
        insert(
            RefusedRow(file=row, number=one.line, cells=storable(one.cells), problem=storable([one.problem])[0][:500])
            for one in sorted(fate.refused, key=lambda one: one.line)
        )
    for name in ("read", "stored", "merged", "rejected"):
        setattr(file, name, getattr(row, name))


def _remember(run: Import, kept: trail.Trail, at: datetime) -> None:
    """What some rows wrote, so that it can be taken back."""
    ImportPart.objects.create(run=run, at=at, trail=kept.packed())


def _count(row: ImportFile, fate: Fate) -> None:
    row.read += fate.stored + fate.merged + len(fate.refused)
    row.stored, row.merged, row.rejected = row.stored + fate.stored, row.merged + fate.merged, row.rejected + len(fate.refused)
    row.save(update_fields=["read", "stored", "merged", "rejected"])


def leave(file: ImportFile, problem: str, *, at: datetime) -> None:
    """Nothing of this file is kept: every row counts as refused, for one reason; the rows stay in the file itself."""
    total = file.total
    ImportFile.objects.filter(pk=file.pk).update(read=total, rejected=total, stored=0, merged=0)
    file.read, file.rejected = total, total
    end(file, at=at, problem=problem)


@transaction.atomic
def end(file: ImportFile, *, at: datetime, problem: str = "") -> None:
    """Note that a file was read to its end, or to where it turned hostile, and enter it into the journal."""
    is_first = ImportFile.objects.filter(pk=file.pk, ended_at=None).update(ended_at=at, problem=problem[:500])
    file.refresh_from_db()
    if is_first:
        counts = {name: getattr(file, name) for name in ("read", "stored", "merged", "rejected")}
        record(
            "file.imported", file.run, by=file.run.by, at=at, codes={"kind": file.kind, "file": file.pk, **counts},
            words={"file": file.name},
        )  # fmt: skip
