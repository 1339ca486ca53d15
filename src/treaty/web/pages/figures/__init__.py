"""The records behind a figure: the same measure that made the figure lists them, so they add up to it."""

from django.urls import path

from treaty.web.pages.figures.views import behind

urlpatterns = [path("figures/<slug:name>/", behind)]
