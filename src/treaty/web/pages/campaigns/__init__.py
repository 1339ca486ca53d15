"""Campaigns and contents: what each cost and brought, every deal it touched, and what was promised before it began."""

from django.urls import path

from treaty.web.pages.campaigns import doors, lists, one

urlpatterns = [
    path("campaigns/", lists.campaigns),
    path("campaigns/<path:slug>/", one.campaign),
    path("content/", lists.contents),
    path("content/<path:slug>/", one.content),
    path("plans/", doors.propose),
    path("plans/<slug:key>/", doors.plan),
    path("plans/<slug:key>/seal/", doors.seal),
]
