"""The agreement: read as paper, drafted, proposed, signed, kept. No address changes what was proposed."""

from django.urls import path

from treaty.web.pages.agreement import backtest_lately, backtesting, beginning, drafting, editing, proposing, reading, signing, trying

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
    path("agreement/versions/<int:number>/backtest/", backtesting.of_a_version),
    path("agreement/versions/<int:number>/backtest/people/", backtesting.people_of_a_version),
    path("agreement/begin/", beginning.begin),
    path("agreement/draft/", drafting.drafts),
    path("agreement/draft/new/", drafting.new),
    path("agreement/draft/check/", drafting.check),
    path("agreement/draft/<slug:key>/", drafting.edit),
    path("agreement/draft/<slug:key>/parts/", editing.overview),
    path("agreement/draft/<slug:key>/parts/<slug:name>/", editing.part),
    path("agreement/draft/<slug:key>/parts/<slug:name>/look/", editing.look),
    path("agreement/draft/<slug:key>/parts/<slug:name>/lately/", backtest_lately.while_written),
    path("agreement/draft/<slug:key>/route/", trying.route),
    path("agreement/draft/<slug:key>/news/", editing.news),
    path("agreement/draft/<slug:key>/saves/", editing.saves),
    path("agreement/draft/<slug:key>/backtest/", backtesting.of_a_draft),
    path("agreement/draft/<slug:key>/backtest/people/", backtesting.people_of_a_draft),
    path("agreement/draft/<slug:key>/proposal/", proposing.proposal),
]
