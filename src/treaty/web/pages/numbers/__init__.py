"""Every number of the product as people read it, and one of them at a time: its address is a question that can be shared."""

from django.urls import path

from treaty.web.pages.numbers.views import number, numbers

urlpatterns = [path("numbers/", numbers), path("numbers/<slug:name>/", number)]
