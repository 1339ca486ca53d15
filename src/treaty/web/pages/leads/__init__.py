"""Leads: the list, one lead with all that is known of it, and what its owner does with it."""

from django.urls import path

from treaty.web.pages.leads import acts, lists, new, otherwise, why

urlpatterns = [
    path("leads/", lists.list_leads),
    path("leads/new/", new.new),
    path("leads/otherwise/", otherwise.list_otherwise),
    path("leads/<slug:key>/", acts.lead),
    path("leads/<slug:key>/why/", why.show),
    path("leads/<slug:key>/contact/", acts.log_contact),
    path("leads/<slug:key>/objection/", acts.objection),
    path("leads/<slug:key>/note/", acts.note),
    path("leads/<slug:key>/qualify/", acts.qualify),
    path("leads/<slug:key>/opportunity/", acts.opportunity),
    path("leads/<slug:key>/move/", acts.move),
    path("leads/<slug:key>/answers/<slug:answer_key>/dispute/", acts.dispute),
]
