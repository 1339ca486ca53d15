"""Who may be one person: what was proposed, two records side by side, what a member answers, and its undoing."""

from django.urls import path

from treaty.web.pages.doubles import acts, lists, page, searching

urlpatterns = [
    path("doubles/", lists.doubles),
    path("doubles/search/", searching.searching),
    path("doubles/search/begin/", searching.begin),
    path("doubles/search/progress/", searching.progress),
    path("doubles/search/alone/", searching.set_alone),
    path("doubles/<slug:key>/", page.double),
    path("doubles/<slug:key>/answer/", acts.answer),
    path("doubles/<slug:key>/undo/", acts.ask_again),
    path("merges/<slug:key>/undo/", acts.undo),
    path("merges/<slug:key>/parting/", acts.part),
]
