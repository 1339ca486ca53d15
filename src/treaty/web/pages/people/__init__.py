"""One person: the records they are known by, what each says, and who else they may be."""

from django.urls import path

from treaty.web.pages.people import page

urlpatterns = [path("people/<slug:key>/", page.person)]
