"""Where data comes from: sources and their keys, what was set aside, how fresh everything is."""

from django.urls import path

from treaty.web.pages.sources import mapping, one, overview, reconciliation, systems

urlpatterns = [
    path("sources/", overview.sources),
    path("sources/new/", one.new),
    path("sources/reconciliation/", reconciliation.reconciliation),
    path("sources/connect/", systems.choose),
    path("sources/connect/<slug:vendor>/", systems.connect),
    path("sources/<slug:key>/", one.source),
    path("sources/<slug:key>/pull/", systems.pull_now),
    path("sources/<slug:key>/hook/", systems.hook_secret),
    path("sources/<slug:key>/mapping/", mapping.mapping),
    path("sources/<slug:key>/mapping/undo/", mapping.undo),
    path("sources/<slug:key>/mapping/file/", mapping.file),
    path("sources/<slug:key>/mapping/records/", mapping.records),
    path("sources/<slug:key>/rotation/", one.rotate),
    path("sources/<slug:key>/origins/", one.origins),
    path("sources/<slug:key>/off/", one.switch_off),
    path("sources/<slug:key>/release/", one.release_events),
]
