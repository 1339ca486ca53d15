"""Where every goal stands and will end: by the agreed pace, by the company's own season, in money and in leads."""

from django.urls import path

from treaty.web.pages.goals.views import goals_page

urlpatterns = [path("goals/", goals_page)]
