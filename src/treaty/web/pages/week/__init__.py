"""The page of the weekly meeting: prepared from the data, ended with decisions."""

from django.urls import path

from treaty.web.pages.week import acts
from treaty.web.pages.week.views import week

urlpatterns = [
    path("week/", week),
    path("week/resolutions/", acts.resolve),
    path("week/resolutions/<slug:key>/done/", acts.done),
    path("week/resolutions/<slug:key>/drop/", acts.drop),
    path("disputes/<slug:key>/ruling/", acts.rule),
    path("amendments/<slug:reason>/<slug:how>/", acts.amend),
]
