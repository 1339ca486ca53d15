"""Routes of the intake door. A trailing slash is optional and never redirected: clients take a redirect for a delivery."""

from django.urls import re_path

from treaty.connectors.tracking.parse import CALLS
from treaty.web.intake import forms, hooks, slack, views

urlpatterns = [
    re_path(rf"^v1/(?P<call>{'|'.join(CALLS)})/?$", views.track),
    re_path(r"^v1/projects/(?P<write_key>[^/]{1,200})/settings/?$", views.settings),
    re_path(r"^sourceConfig/?$", views.source_config),
    re_path(r"^hooks/(?P<key>[^/]{1,40})/?$", hooks.heard),
    re_path(r"^slack/actions/?$", slack.pressed),
    re_path(r"^forms/(?P<key>[^/]{1,200})/?$", forms.form, name="form"),
    re_path(r"^forms/(?P<key>[^/]{1,200})/embed\.js$", forms.embed, name="form-embed"),
    re_path(r"^v1/(?P<rest>.*)$", views.unknown),
]
