"""The funnel: how many went on, how long it took, what was won, what is open. One question a page, one address a view."""

from django.urls import path

from treaty.web.pages.funnel.pipeline import pipeline
from treaty.web.pages.funnel.stages import funnel
from treaty.web.pages.funnel.time import time
from treaty.web.pages.funnel.won import won

urlpatterns = [
    path("funnel/", funnel),
    path("funnel/time/", time),
    path("funnel/won/", won),
    path("funnel/pipeline/", pipeline),
]
