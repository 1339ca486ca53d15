"""An import that has begun: how far it is, what became of the rows of each file, and what to do with the rest."""

from django.http import HttpResponse
from django.shortcuts import render

from treaty.connectors import undoing, uploads
from treaty.connectors.models import Import, ImportFile, Undoing
from treaty.connectors.uploads import Upload
from treaty.jobs import imports as jobs
from treaty.jobs.models import Job
from treaty.web import formats
from treaty.web.context import who
from treaty.web.here import Here, extra
from treaty.web.pages.imports import undo
from treaty.web.pages.imports.workers import has_worker
from treaty.web.pieces import Column, Faint, Link, Piece, Progress, Row, Table


def show(here: Here, run: Import) -> HttpResponse:
    files, taken = list(run.files.order_by("id")), undo.undoing_of(run)
    found = undoing.as_json(undoing.result_of(taken)) if taken else None
    context = extra(
        here,
        title=_title(here, run, files) if taken is None else "This import was taken back" if taken.finished_at else "Taking it back",
        lede=_lede(here, run),
        crumbs=[Link("Sources", "/sources/"), Link("Imports", "/imports/"), Link(run.source.name, "")],
        run=run,
        progress=progress_of(here, run) if is_under_way(run, taken) else None,
        no_worker=is_under_way(run, taken) and not has_worker(here),
        undoing=taken,
        undone=undo.said(here, taken) if taken else "",
        became=undo.table_of(here, found, is_done=True) if found else None,
        named=undo.named(here, found) if found else None,
        may_go_on=undo.may_undo(here, run),
        may_undo=taken is None and run.finished_at is not None and run.parts.exists(),
        table=_files(here, run, files),
        has_refused=taken is None and any(file.rejected and not file.problem for file in files),
        again=f"/imports/new/?again={run.key}",
    )
    return render(here.request, "treaty/import_result.html", context)


def is_under_way(run: Import, taken: Undoing | None) -> bool:
    """It is being read, or taken back."""
    return run.finished_at is None or (taken is not None and taken.finished_at is None and not taken.problem)


def _title(here: Here, run: Import, files: list[ImportFile]) -> str:
    if not run.finished_at:
        return "Importing"
    stored, merged = sum(file.stored for file in files), sum(file.merged for file in files)
    known = f", {formats.number(merged, here.viewer.manner)} were already here" if merged else ""
    refused = sum(file.rejected for file in files)
    rest = f", {formats.number(refused, here.viewer.manner)} {'was' if refused == 1 else 'were'} refused" if refused else ""
    return f"{formats.count(stored, 'row')} {'is' if stored == 1 else 'are'} new{known}{rest}"


def _lede(here: Here, run: Import) -> Piece:
    by: Piece = who(run.by) if run.by else "the command line"
    return ("From ", run.source.name, ", by ", by, f", {formats.short(run.started_at, here.viewer, here.at)}.")


def _files(here: Here, run: Import, files: list[ImportFile]) -> Table:
    heads = [
        Column("File"),
        Column("Holds"),
        *(Column(words, is_number=True) for words in ("Read", "New", "Already here", "Refused")),
        Column(""),
    ]
    names = ("read", "stored", "merged", "rejected")
    rows = [
        Row(
            [
                file.name,
                file.kind or Faint("not read"),
                *(formats.number(getattr(file, name), here.viewer.manner) for name in names),
                _rest(run, n, file),
            ]
        )
        for n, file in enumerate(files, 1)
    ]
    sums: list[Piece] = [formats.number(sum(getattr(file, name) for file in files), here.viewer.manner) for name in names]
    return Table(
        columns=heads, rows=rows, foot=Row(["All files", "", *sums, ""]) if len(files) > 1 else None, caption="What became of the rows"
    )


def _rest(run: Import, number: int, file: ImportFile) -> Piece:
    if file.problem:
        return Faint(f"{file.problem[:1].upper()}{file.problem[1:]}.")
    return Link("Download the refused rows", f"/imports/{run.key}/refused/{number}.csv") if file.rejected else ""


def progress_of(here: Here, run: Import) -> Progress:
    """Rows read of rows there are, or how much of it is taken back. When it is done, the way to the result."""
    if taken := undo.undoing_of(run):
        return undo.progress_of(run, taken)
    if waits := undo.foreseeing(run):
        return waits
    files = list(run.files.all())
    return Progress(
        words="The import is done" if run.finished_at else "Reading the rows" if files else "Recognising the files",
        href=f"/imports/{run.key}/progress/",
        done=sum(file.read for file in files),
        total=sum(file.total for file in files),
        result=Link("See what became of the rows", f"/imports/{run.key}/") if run.finished_at else None,
    )


def progress_before(here: Here, upload: Upload) -> Progress:
    """Looking at a large upload has no measure; it ends with a preview, or with what stood in its way."""
    job = jobs.asked(upload.key, jobs.LOOK)
    is_over = uploads.looked(upload) is not None
    is_stuck = job is not None and job.state == Job.State.PARKED
    return Progress(
        words="The files are read"
        if is_over
        else "These files could not be read: upload them in parts"
        if is_stuck
        else "Reading the files",
        href=f"/imports/{upload.key}/progress/",
        result=Link("See what they hold", f"/imports/{upload.key}/")
        if is_over
        else Link("Import other files", "/imports/new/")
        if is_stuck
        else None,
    )


def rehearsing(here: Here, upload: Upload) -> bool:
    """A trial is under way."""
    job = jobs.asked(upload.key, jobs.REHEARSE)
    return uploads.rehearsed(upload) is None and job is not None and job.state in (Job.State.WAITING, Job.State.RUNNING)
