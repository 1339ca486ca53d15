"""The agreement: read as paper, drafted, proposed, signed, kept. No address changes what was proposed."""

from django.urls import path

from treaty.web.pages.agreement import (
    beginning,
    comparing,
    drafting,
    editing,
    printing,
    proposing,
    reading,
    remarks,
    signing,
    trying,
)

urlpatterns = [
    path("agreement/", reading.current),
    path("agreement/versions/<int:number>/", reading.version),
    path("agreement/versions/<int:number>/text/", reading.as_words),
    path("agreement/versions/<int:number>/yaml/", reading.as_yaml),
    path("agreement/versions/<int:number>/contract.pdf", printing.contract),
    path("agreement/versions/<int:number>/difference/", comparing.against_the_one_before),
    path("agreement/versions/<int:number>/export/", reading.export),
    path("agreement/versions/<int:number>/receipt/", reading.receipt),
    path("agreement/versions/<int:number>/sign/", signing.sign),
    path("agreement/versions/<int:number>/withdraw/", signing.withdraw),
    path("agreement/versions/<int:number>/remarks/", remarks.on_version),
    path("agreement/compare/", comparing.compare),
    path("agreement/begin/", beginning.begin),
    path("agreement/draft/", drafting.drafts),
    path("agreement/draft/new/", drafting.new),
    path("agreement/draft/check/", drafting.check),
    path("agreement/draft/<slug:key>/", drafting.edit),
    path("agreement/draft/<slug:key>/parts/", editing.overview),
    path("agreement/draft/<slug:key>/parts/<slug:name>/", editing.part),
    path("agreement/draft/<slug:key>/parts/<slug:name>/look/", editing.look),
    path("agreement/draft/<slug:key>/route/", trying.route),
    path("agreement/draft/<slug:key>/news/", editing.news),
    path("agreement/draft/<slug:key>/saves/", editing.saves),
    path("agreement/draft/<slug:key>/proposal/", proposing.proposal),
    path("agreement/draft/<slug:key>/contract.pdf", printing.draft_contract),
    path("agreement/draft/<slug:key>/remarks/", remarks.on_draft),
    path("remarks/<slug:key>/answers/", remarks.answer),
    path("remarks/<slug:key>/settlement/", remarks.settle),
    path("remarks/<slug:key>/withdraw/", remarks.withdraw),
]
