"""Where data comes from: sources and their keys, what was set aside, how fresh everything is."""

from django.urls import path

from treaty.web.pages.sources import (
    deal_pairs,
    enrichers,
    mapping,
    one,
    overview,
    reconciliation,
    statuses,
    systems,
    write_fields,
    write_one,
    write_rehearsal,
    writes,
)

urlpatterns = [
    path("sources/", overview.sources),
    path("sources/new/", one.new),
    path("sources/enrichment/", enrichers.new),
    path("sources/reconciliation/", reconciliation.reconciliation),
    path("deal-pairs/<slug:key>/", deal_pairs.deal_pair),
    path("deal-pairs/<slug:key>/answer/", deal_pairs.answer),
    path("deal-pairs/<slug:key>/undo/", deal_pairs.undo),
    path("sources/connect/", systems.choose),
    path("sources/connect/<slug:vendor>/", systems.connect),
    path("sources/<slug:key>/", one.source),
    path("sources/<slug:key>/enrichment/", enrichers.edit),
    path("sources/<slug:key>/pull/", systems.pull_now),
    path("sources/<slug:key>/hook/", systems.hook_secret),
    path("sources/<slug:key>/mapping/", mapping.mapping),
    path("sources/<slug:key>/mapping/undo/", mapping.undo),
    path("sources/<slug:key>/mapping/file/", mapping.file),
    path("sources/<slug:key>/mapping/records/", mapping.records),
    path("sources/<slug:key>/writes/", writes.writes),
    path("sources/<slug:key>/writes/fields/", write_fields.fields),
    path("sources/<slug:key>/writes/rehearsal/", write_rehearsal.rehearsal),
    path("sources/<slug:key>/writes/failed/", writes.failed_ones),
    path("sources/<slug:key>/writes/<int:number>/", write_one.one),
    path("sources/<slug:key>/writes/<int:number>/undo/", write_one.take_back),
    path("sources/<slug:key>/statuses/", statuses.statuses),
    path("sources/<slug:key>/rotation/", one.rotate),
    path("sources/<slug:key>/origins/", one.origins),
    path("sources/<slug:key>/off/", one.switch_off),
    path("sources/<slug:key>/release/", one.release_events),
]
