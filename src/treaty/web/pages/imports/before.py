"""The page before an import: what each file is, what each column becomes, which rows need a look."""

from django.http import HttpResponse
from django.shortcuts import render

from treaty.connectors import importing, uploads
from treaty.connectors.uploads import Looked, Upload
from treaty.web import formats
from treaty.web.here import Here, extra
from treaty.web.pages.imports import result
from treaty.web.pages.imports.shown import file_of
from treaty.web.pages.imports.workers import has_worker
from treaty.web.pieces import Column, Link, Row, Table

CRUMBS = [Link("Sources", "/sources/"), Link("Import files", "/imports/new/"), Link("Look", "")]


def preview_page(here: Here, upload: Upload, looked: Looked) -> HttpResponse:
    ready, read = sum(file.ready for file in looked.files), sum(file.read for file in looked.files)
    context = extra(
        here,
        title=_title(here, looked, ready, read),
        crumbs=CRUMBS,
        upload=upload,
        looked=looked,
        files=[file_of(number, file, here.viewer) for number, file in enumerate(looked.files)],
        ready=ready,
        button=f"Import {formats.count(ready, 'row')}",
        rehearsal=_rehearsal(here, upload),
        rehearsing=result.rehearsing(here, upload),
        no_worker=not has_worker(here),
        usual=importing.usual(looked.system),
    )
    return render(here.request, "treaty/import_look.html", context)


def _title(here: Here, looked: Looked, ready: int, read: int) -> str:
    if looked.problem:
        return "The mapping does not fit these files"
    if not looked.files:
        return "Nothing of this can be read"
    left = sum(file.refused for file in looked.files)
    words = f"{formats.number(ready, here.viewer.manner)} of {formats.count(read, 'row')} {'is' if ready == 1 else 'are'} ready"
    return f"{words}; {formats.number(left, here.viewer.manner)} {'needs' if left == 1 else 'need'} a look" if left else words


def _rehearsal(here: Here, upload: Upload) -> Table | None:
    """What an import would do, if somebody tried."""
    found = uploads.rehearsed(upload)
    if found is None:
        return None
    heads = [Column("File"), *(Column(words, is_number=True) for words in ("Read", "New", "Already here", "Need a look")), Column("")]
    names = ("read", "stored", "merged", "rejected")
    rows = [Row([one["name"], *(formats.number(one[name], here.viewer.manner) for name in names), one["problem"]]) for one in found]
    return Table(columns=heads, rows=rows, caption="What an import would do")


def working_page(here: Here, upload: Upload, title: str) -> HttpResponse:
    context = extra(here, title=title, crumbs=CRUMBS, progress=result.progress_before(here, upload), no_worker=not has_worker(here))
    return render(here.request, "treaty/import_working.html", context)
