"""Leads: the list, one lead with all that is known of it, and what its owner does with it."""

from django.urls import path

from treaty.web.pages.leads import lists

urlpatterns = [
    path("leads/", lists.list_leads),
]
