"""What each team promised the other, side by side, and the cases behind every figure."""

from django.urls import path

from treaty.web.pages.promises.cases import cases
from treaty.web.pages.promises.views import promises

urlpatterns = [
    path("promises/", promises),
    path("promises/<slug:promise>/", cases),
]
