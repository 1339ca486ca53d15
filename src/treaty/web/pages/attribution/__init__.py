"""Which touches earned what was won: the agreed model is the number, any other is a question what if."""

from django.urls import path

from treaty.web.pages.attribution.views import attribution

urlpatterns = [path("attribution/", attribution)]
