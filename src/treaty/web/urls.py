"""Every address of the product. No address is ever redirected to another with a slash."""

from importlib import import_module

from django.urls import include, path

PAGES = (
    "door",
    "home",
    "figures",
    "funnel",
    "numbers",
    "queue",
    "leads",
    "doubles",
    "people",
    "deals",
    "agreement",
    "promises",
    "week",
    "attribution",
    "campaigns",
    "economics",
    "goals",
    "books",
    "rejections",
    "audiences",
    "fairness",
    "sources",
    "imports",
    "team",
    "gaps",
    "house",
    "settings",
    "notices",
)

urlpatterns = [
    *[pattern for name in PAGES for pattern in import_module(f"treaty.web.pages.{name}").urlpatterns],
    path("", include("treaty.web.intake.urls")),
]
handler400 = "treaty.web.errors.bad_request"
handler403 = "treaty.web.errors.forbidden"
handler404 = "treaty.web.errors.not_found"
handler500 = "treaty.web.errors.broken"
