"""The agreement: read as paper, drafted, proposed, signed, kept. No address changes what was proposed."""

from django.urls import path

from treaty.web.pages.agreement import beginning, drafting, proposing, reading, session, signing, suggesting

urlpatterns = [
    path("agreement/", reading.current),
    path("agreement/versions/<int:number>/", reading.version),
    path("agreement/versions/<int:number>/text/", reading.as_words),
    path("agreement/versions/<int:number>/yaml/", reading.as_yaml),
    path("agreement/versions/<int:number>/difference/", reading.difference_in_yaml),
    path("agreement/versions/<int:number>/export/", reading.export),
    path("agreement/versions/<int:number>/receipt/", reading.receipt),
    path("agreement/versions/<int:number>/sign/", signing.sign),
    path("agreement/versions/<int:number>/withdraw/", signing.withdraw),
    path("agreement/begin/", beginning.begin),
    path("agreement/suggest/", suggesting.suggestion),
    path("agreement/suggest/session/", session.session),
    path("agreement/draft/", drafting.drafts),
    path("agreement/draft/new/", drafting.new),
    path("agreement/draft/check/", drafting.check),
    path("agreement/draft/<slug:key>/", drafting.edit),
    path("agreement/draft/<slug:key>/proposal/", proposing.proposal),
]
