"""How people are told: channels and what became of each message, one's own choices, answers by links of e-mails."""

from django.urls import path

from treaty.web.pages.notices import answer, channels, mine, one, preview, slack

urlpatterns = [
    path("settings/notices/", mine.mine),
    path("settings/notices/slack/<path:token>/", slack.connect),
    path("settings/channels/", channels.overview),
    path("settings/channels/preview/", preview.preview),
    path("settings/channels/add/<slug:transport>/", channels.add),
    path("settings/channels/<slug:key>/", one.one),
    path("settings/channels/<slug:key>/test/", one.try_out),
    path("settings/channels/<slug:key>/again/", one.again),
    path("settings/channels/<slug:key>/secret/", one.new_secret),
    path("settings/channels/<slug:key>/off/", one.off),
    path("answer/<path:token>/", answer.answer),
]
