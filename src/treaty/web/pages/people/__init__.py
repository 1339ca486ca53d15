"""One person, one account: the records they are known by, what each says, and who or what was found to be they."""

from django.urls import path

from treaty.web.pages.people import accounts, page

urlpatterns = [
    path("people/<slug:key>/", page.person),
    path("accounts/<slug:key>/", accounts.account),
    path("account-merges/<slug:key>/parting/", accounts.part),
]
