"""Receiving files: written to the data folder part by part under random names, and never called what a client calls them."""

from collections.abc import Mapping as ReadOnly
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from treaty.connectors import importing, uploads
from treaty.connectors.files.mapping import Mapping, MapRefused, read_mapping
from treaty.connectors.models import Import, SavedMapping
from treaty.connectors.uploads import Upload
from treaty.truth.models import Source
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence
from treaty.web.rights import BRING_DATA, only

if TYPE_CHECKING:
    _File = UploadedFile[Any]
else:
    _File = UploadedFile

SYSTEMS = ("HubSpot", "Salesforce", "Pipedrive", "Marketo")
MOST_FILES = 100
SLACK = 100_000
"""Bytes of a request beside its files."""


class TooMuch(StopUpload):
    """More came than is taken at once."""


class Written(_File):
    """A file of the request, as it lies on disk."""

    def __init__(self, path: Path, name: str, size: int) -> None:
        super().__init__(None, name, size=size)
        self.path = path


class ToDisk(FileUploadHandler):
    """Writes what comes straight into the upload's folder; ends the request when it is more than is taken."""

    def __init__(self, request: HttpRequest, upload: Upload) -> None:
        super().__init__(request)
        self.upload, self.came, self.is_over = upload, 0, False
        self._path: Path | None = None
        self._out: IO[bytes] | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._path = self.upload.place()
        self._out = self._path.open("xb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.came += len(raw_data)
        if self.came > uploads.MOST_BYTES:
            self.is_over = True
            self.upload_interrupted()
            raise TooMuch(connection_reset=False)
        if self._out is not None:
            self._out.write(raw_data)

    def file_complete(self, file_size: int) -> _File | None:
        self.upload_interrupted()
        return Written(self._path, self.file_name or "", file_size) if self._path else None

    def upload_interrupted(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class NewImport(Form):
    file = forms.Field(label="Files", required=False, widget=Several(attrs={"multiple": True}))
    source = forms.CharField(
        label="From which system", max_length=80, required=False, widget=forms.TextInput(attrs={"list": "systems"}),
        help_text="An id means the same person in everything that comes from one system, and nothing in another.",
    )  # fmt: skip
    saved = forms.ChoiceField(label="What the columns mean", required=False)
    mapping = forms.Field(label="A mapping file, if you have one", required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = SavedMapping.objects.order_by("name").values_list("key", "name")
        self.fields["saved"].choices = [("", "recognise them"), *((key, f"as saved: {name}") for key, name in kept)]  # type: ignore[attr-defined]


@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
@only(*BRING_DATA)
def new(here: Here) -> HttpResponseBase:
    """The token is looked at below, when it is settled who asks and where the bytes go: looking reads the request."""
    if here.request.method != "POST":
        return _page(here, NewImport(initial={"source": _again(here).get("source", "")}))
    if int(here.request.META.get("CONTENT_LENGTH") or 0) > uploads.MOST_BYTES + SLACK:
        return _page(here, NewImport({}), TOO_MUCH, status=413)
    upload = uploads.begin(by=here.member.key, at=here.at)
    handler = ToDisk(here.request, upload)
    here.request.upload_handlers = [handler]
    response = csrf_protect(lambda _request: _received(here, upload, handler))(here.request)
    if response.status_code != 303:
        uploads.discard(upload.key)
    return response


TOO_MUCH = (
    f"These files are over {uploads.MOST_BYTES // 1_000_000} MB together: import them in parts, or with `treaty import` on the server."
)


def _received(here: Here, upload: Upload, handler: ToDisk) -> HttpResponseBase:
    """What came, noted and checked; then on to the page that shows what it is."""
    files, given = here.request.FILES, here.request.POST
    form = NewImport(given)
    if handler.is_over:
        return _page(here, form, TOO_MUCH, status=413)
    came = [file for file in files.getlist("file") if isinstance(file, Written)]
    if not came or len(came) > MOST_FILES:
        return _page(
            here,
            form,
            "Choose at least one file: CSV, Excel, Parquet, or a zip of them." if not came else f"Choose at most {MOST_FILES} files.",
        )
    try:
        _note(here, upload, came, files.get("mapping"), given)
    except (MapRefused, importing.NotForImports) as problem:
        return _page(here, form, sentence(problem))
    return go(here, f"/imports/{upload.key}/")


def _note(here: Here, upload: Upload, came: list[Written], mapping: Any, given: ReadOnly[str, Any]) -> None:
    """Raises MapRefused, NotForImports."""
    for file in came:
        upload.add(file.path, str(file.name or ""))
    before = _again(here) or _saved(given)
    said = _mapping(mapping) if isinstance(mapping, Written) else Mapping.model_validate(before.get("mapping", {}))
    upload.mapping = said.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    upload.source = str(given.get("source", "")).strip()[:80] or said.source or before.get("source", "")
    if Source.objects.filter(name=upload.source, write_key_hash__isnull=False).exists():
        raise importing.NotForImports(f"{upload.source!r} is a source with a write key: choose another name for what comes in files")
    upload.save()


def _mapping(file: Written) -> Mapping:
    try:
        return read_mapping(file.path)
    except MapRefused as problem:
        raise MapRefused(str(problem).replace(file.path.name, str(file.name))) from None
    finally:
        file.path.unlink()


def _again(here: Here) -> dict[str, Any]:
    """System and mapping of an earlier import whose refused rows come back (`?again=`); they also hold for `NAME.rejected.csv`."""
    run = Import.objects.filter(key=here.request.GET.get("again", "")).select_related("source").first()
    if run is None:
        return {}
    files = dict(run.mapping.get("files", {}))
    for pattern, said in run.mapping.get("files", {}).items():
        files.setdefault(f"{pattern.rsplit('.', 1)[0]}.rejected.csv", said)
    return {"source": run.source.name, "mapping": {**run.mapping, "files": files} if files else run.mapping}


def _saved(given: ReadOnly[str, Any]) -> dict[str, Any]:
    """System and mapping that were saved under the chosen name."""
    kept = SavedMapping.objects.filter(key=str(given.get("saved", ""))).first()
    return {"source": kept.source, "mapping": kept.mapping} if kept else {}


def _page(here: Here, form: NewImport, problem: str = "", status: int = 200) -> HttpResponse:
    known = Source.objects.filter(kind=Source.Kind.IMPORT).order_by("name").values_list("name", flat=True)
    context = extra(
        here,
        title="Import files",
        lede="Exports of your tools as they are: CSV, Excel or Parquet, also zipped. You see what would happen before anything does.",
        crumbs=[Link("Sources", "/sources/"), Link("Import files", "")],
        form=form,
        problem=problem,
        systems=sorted({*SYSTEMS, *known}),
        most=uploads.MOST_BYTES // 1_000_000,
    )
    return render(here.request, "treaty/import_new.html", context, status=status if status != 200 or not problem else 422)
