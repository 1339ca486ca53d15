"""Period close: where each period stands, its figures as they were signed, what later data make of them."""

from django.urls import path

from treaty.web.pages.books import acts
from treaty.web.pages.books.lists import periods
from treaty.web.pages.books.page import one

urlpatterns = [
    path("books/", periods),
    path("books/<slug:name>/", one),
    path("books/<slug:name>/close/", acts.close),
    path("books/<slug:name>/signature/", acts.sign),
    path("books/<slug:name>/withdraw/", acts.withdraw),
    path("books/<slug:name>/restatement/", acts.restate),
]
