"""The rep's day: the queue by clock, the brief beside it, one key for each answer."""

from django.urls import path

from treaty.web.pages.queue import manage, views

urlpatterns = [
    path("queue/", views.queue),
    path("queue/answers/", views.bulk),
    path("queue/undo/", views.bulk_undo),
    path("queue/<slug:key>/", views.opened),
    path("queue/<slug:key>/brief/", views.brief),
    path("handoffs/<slug:key>/answer/", views.answer),
    path("handoffs/<slug:key>/undo/", views.undo),
    path("handoffs/<slug:key>/owner/", manage.owner),
    path("handoffs/<slug:key>/pause/", manage.pause),
    path("handoffs/<slug:key>/resume/", manage.resume),
]
