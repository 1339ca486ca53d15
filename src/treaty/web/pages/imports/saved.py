"""Mappings that were saved under a name: taken as a file, removed."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.connectors import mappings as kept
from treaty.connectors.models import SavedMapping
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.imports.mapping import as_yaml
from treaty.web.pieces import Link
from treaty.web.replies import go, tell
from treaty.web.rights import BRING_DATA, only


@require_GET
@page
@only(*BRING_DATA)
def mappings(here: Here) -> HttpResponseBase:
    rows = SavedMapping.objects.select_related("by").order_by("name")
    shown = [(one, ", ".join(one.mapping.get("files", {})), formats.short(one.at, here.viewer, here.at)) for one in rows]
    crumbs = [Link("Sources", "/sources/"), Link("Import files", "/imports/new/"), Link("Saved mappings", "")]
    lede = "What the columns of your exports mean, as somebody said it once. Choose one when you import files of its kind."
    return render(here.request, "treaty/import_saved.html", extra(here, title="Saved mappings", lede=lede, crumbs=crumbs, rows=shown))


@require_GET
@page
@only(*BRING_DATA)
def as_file(here: Here, key: str) -> HttpResponseBase:
    one = _one(key)
    response = HttpResponse(as_yaml(one.mapping, one.source), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="mapping.yaml"'
    return response


@require_POST
@page
@only(*BRING_DATA)
def remove(here: Here, key: str) -> HttpResponseBase:
    name = kept.remove(_one(key).key, by=here.member, at=here.at)
    tell(here, f"{name!r} is forgotten. Imports that used it stay as they are.")
    return go(here, "/mappings/")


def _one(key: str) -> SavedMapping:
    found = SavedMapping.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found
