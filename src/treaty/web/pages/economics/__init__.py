"""What was spent, what a customer costs and is worth, and when that is paid back."""

from django.urls import path

from treaty.web.pages.economics.views import economics

urlpatterns = [path("economics/", economics)]
