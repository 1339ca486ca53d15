"""Opportunities: the list, and one with its whole path from first touch to close."""

from django.urls import path

from treaty.web.pages.deals import lists, views

urlpatterns = [
    path("opportunities/", lists.list_deals),
    path("opportunities/<slug:key>/", views.deal),
    path("opportunities/<slug:key>/stage/", views.stage),
    path("opportunities/<slug:key>/amount/", views.amount),
    path("opportunities/<slug:key>/role/", views.role),
    path("opportunities/<slug:key>/won/", views.won),
    path("opportunities/<slug:key>/lost/", views.lost),
]
