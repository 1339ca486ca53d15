"""The first page: the number both teams own, four questions, what needs you, what was won, the goals."""

from django.urls import path

from treaty.web.pages.home.views import home

urlpatterns = [path("", home)]
