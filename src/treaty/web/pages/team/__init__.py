"""The team: who is here, in which role, who is away; RevOps adds and changes, everybody says when they are away."""

from django.urls import path

from treaty.web.pages.team import away, everybody, members

urlpatterns = [
    path("team/", everybody.team),
    path("team/new/", members.new),
    path("team/<slug:key>/", members.member),
    path("team/<slug:key>/password/", members.password),
    path("team/<slug:key>/off/", members.switch_off),
    path("team/<slug:key>/on/", members.switch_on),
    path("team/<slug:key>/absences/", away.announce),
    path("team/<slug:key>/absences/<int:number>/end/", away.end),
]
