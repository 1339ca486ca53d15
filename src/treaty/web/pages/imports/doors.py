"""One import: before it the preview, during it the progress, after it what became of the rows."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.connectors import importing, refused, uploads
from treaty.connectors import mappings as saved
from treaty.connectors.models import Import, ImportFile
from treaty.connectors.uploads import Looked, Upload
from treaty.jobs import imports as jobs
from treaty.web.here import Here, extra, page
from treaty.web.pages.imports import mapping as mappings
from treaty.web.pages.imports import result
from treaty.web.pages.imports.before import preview_page, working_page
from treaty.web.replies import go, sentence, tell, warn
from treaty.web.rights import BRING_DATA, is_steward, only


def upload_of(here: Here, key: str) -> Upload:
    """One's own upload; a steward sees everybody's. For others there is none."""
    try:
        upload = uploads.find(key)
    except uploads.NoSuchUpload as gone:
        raise Http404(str(gone)) from None
    if upload.by != here.member.key and not is_steward(here.member):
        raise Http404
    return upload


@require_GET
@page
@only(*BRING_DATA)
def one(here: Here, key: str) -> HttpResponseBase:
    run = Import.objects.filter(key=key).select_related("source", "by").first()
    if run is not None:
        return result.show(here, run)
    upload = upload_of(here, key)
    looked = _look(upload)
    if looked is None:
        jobs.ask(key, jobs.LOOK, at=here.at)
        return working_page(here, upload, "Reading the files")
    return preview_page(here, upload, looked)


def _look(upload: Upload) -> Looked | None:
    """What was found out; None for one too long to be read while somebody waits, and not read yet."""
    found = uploads.looked(upload)
    return uploads.look(upload) if found is None and upload.bytes <= uploads.AT_ONCE else found


@require_GET
@page
@only(*BRING_DATA)
def progress(here: Here, key: str) -> HttpResponseBase:
    """How far it is, for a part of the page that asks every second; without a script, the page itself is asked again."""
    run = Import.objects.filter(key=key).select_related("source", "by").first()
    shown = result.progress_of(here, run) if run else result.progress_before(here, upload_of(here, key))
    if not here.request.headers.get("HX-Request"):
        return go(here, f"/imports/{key}/")
    return render(here.request, "treaty/parts/progress.html", extra(here, progress=shown))


@require_POST
@page
@only(*BRING_DATA)
def mapping(here: Here, key: str) -> HttpResponseBase:
    """Keep what was chosen and look again."""
    _keep(here, upload_of(here, key))
    return go(here, f"/imports/{key}/")


def _keep(here: Here, upload: Upload) -> bool:
    """True if something changed. What cannot be kept is said, and changes nothing."""
    try:
        changed = mappings.choose(upload, here.request.POST)
    except ValueError as problem:
        warn(here, sentence(problem))
        return True
    if changed:
        upload.save()
    return changed


@require_GET
@page
@only(*BRING_DATA)
def mapping_file(here: Here, key: str) -> HttpResponseBase:
    """What was said about the files, as `treaty import --map` and the next upload take it."""
    run = Import.objects.filter(key=key).select_related("source").first()
    text = mappings.as_yaml(run.mapping, run.source.name) if run else _upload_yaml(upload_of(here, key))
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="mapping.yaml"'
    return response


@require_POST
@page
@only(*BRING_DATA)
def save(here: Here, key: str) -> HttpResponseBase:
    """Keep what the files mean under a name, for the next ones."""
    upload = upload_of(here, key)
    _keep(here, upload)
    try:
        kept = saved.save(here.request.POST.get("name", ""), upload, by=here.member, at=here.at)
    except saved.NoName as problem:
        warn(here, sentence(problem))
    else:
        tell(here, f"Kept as {kept.name!r}: choose it with the next files of this kind.")
    return go(here, f"/imports/{key}/")


def _upload_yaml(upload: Upload) -> str:
    return mappings.as_yaml(upload.mapping, upload.source)


@require_POST
@page
@only(*BRING_DATA)
def rehearse(here: Here, key: str) -> HttpResponseBase:
    _keep(here, upload_of(here, key))
    jobs.ask(key, jobs.REHEARSE, at=here.at)
    return go(here, f"/imports/{key}/#rehearsal")


@require_POST
@page
@only(*BRING_DATA)
def run(here: Here, key: str) -> HttpResponseBase:
    """Begin. A second press finds the import begun; who changed what a column means looks first."""
    if Import.objects.filter(key=key).exists():
        return go(here, f"/imports/{key}/")
    upload = upload_of(here, key)
    if _keep(here, upload):
        warn(here, "You changed what the files mean: look once more, then import.")
        return go(here, f"/imports/{key}/")
    looked = _look(upload)
    if looked is None:
        return go(here, f"/imports/{key}/")
    try:
        source = importing.source_for(upload.source, at=here.at, by=here.member, system=looked.system)
    except importing.NotForImports as problem:
        warn(here, sentence(problem))
        return go(here, f"/imports/{key}/")
    Import.objects.get_or_create(key=key, defaults={"source": source, "by": here.member, "mapping": upload.mapping, "started_at": here.at})
    jobs.ask(key, jobs.READ, at=here.at)
    return go(here, f"/imports/{key}/")


@require_POST
@page
@only(*BRING_DATA)
def discard(here: Here, key: str) -> HttpResponseBase:
    """Throw an upload away before it is imported."""
    if Import.objects.filter(key=key, finished_at=None).exists():
        raise Http404
    upload_of(here, key)
    uploads.discard(key)
    tell(here, "The files are thrown away; nothing was imported.")
    return go(here, "/imports/new/")


@require_GET
@page
@only(*BRING_DATA)
def refused_rows(here: Here, key: str, number: int) -> HttpResponseBase:
    """The refused rows of the import's n-th file, each with its reason."""
    file = ImportFile.objects.filter(run__key=key).order_by("id")[number - 1 : number].first() if number else None
    if file is None:
        raise Http404
    response = StreamingHttpResponse(refused.lines_of(file), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_ascii(refused.rejected_name(file))}"'
    return response


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("?", "-").replace('"', "-")
