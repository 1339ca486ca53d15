"""Getting files in: upload, look, correct what columns mean, import, take the refused rows away and bring them back."""

from django.urls import path

from treaty.web.pages.imports import doors, history, new, saved, undo

urlpatterns = [
    path("imports/", history.imports),
    path("imports/new/", new.new),
    path("mappings/", saved.mappings),
    path("mappings/<slug:key>/mapping.yaml", saved.as_file),
    path("mappings/<slug:key>/remove/", saved.remove),
    path("imports/<slug:key>/", doors.one),
    path("imports/<slug:key>/save/", doors.save),
    path("imports/<slug:key>/progress/", doors.progress),
    path("imports/<slug:key>/mapping/", doors.mapping),
    path("imports/<slug:key>/mapping.yaml", doors.mapping_file),
    path("imports/<slug:key>/rehearsal/", doors.rehearse),
    path("imports/<slug:key>/run/", doors.run),
    path("imports/<slug:key>/discard/", doors.discard),
    path("imports/<slug:key>/undo/", undo.undo),
    path("imports/<slug:key>/undo/foresee/", undo.foresee),
    path("imports/<slug:key>/refused/<int:number>.csv", doors.refused_rows),
]
