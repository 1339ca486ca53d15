"""Signing in and out. In the demo, and only on this machine, one may also look around as anybody."""

import time
from collections.abc import Hashable

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from treaty.jobs import stuck
from treaty.team.models import Member, Role
from treaty.web.context import party_of
from treaty.web.forms import Form
from treaty.web.here import Here, is_demo, page
from treaty.web.intake.buckets import Buckets
from treaty.web.intake.gates import address_of
from treaty.web.pieces.bar import DemoRole

BACKEND = "django.contrib.auth.backends.ModelBackend"
ROLE_WORDS = {
    Role.MARKETING: "in marketing",
    Role.SALES_REP: "takes leads",
    Role.SALES_MANAGER: "heads sales",
    Role.REVOPS: "keeps it running",
    Role.EXECUTIVE: "wants one number",
}


BUCKETS = Buckets()
PER_EMAIL = (1 / 60, 10.0)
PER_ADDRESS = (1 / 6, 60.0)
"""Wrong passwords (per second, at once). Each costs a password hash; an office behind one address signs in every morning."""


class TooMany(Exception):
    """Too many wrong passwords of late. seconds: after how many one may try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong passwords. Try again in {-(-seconds // 60)} min.")
        self.seconds = seconds


class SignIn(Form):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = _known(request, form.cleaned_data["email"].lower(), form.cleaned_data["password"])
        except TooMany as refused:
            form.add_error(None, str(refused))
            return _door(request, form, 429, wait=refused.seconds)
        if member is not None:
            login(request, member)
            return HttpResponseRedirect(_next(request))
        form.add_error(None, "E-mail and password do not fit together. Ask your administrator for a new password if you lost it.")
    return _door(request, form, 400 if form.errors else 200)


def _known(request: HttpRequest, email: str, password: str) -> Member | None:
    """The member, if this is their password. Raises TooMany before anything is hashed; a right password is not counted."""
    counts: list[tuple[Hashable, tuple[float, float]]] = [(("address", address_of(request)), PER_ADDRESS), (("email", email), PER_EMAIL)]
    for name, (rate, burst) in counts:
        if wait := BUCKETS.take(name, 1, rate=rate, burst=burst, now=time.monotonic()):
            raise TooMany(int(wait) + 1)
    member = authenticate(request, username=email, password=password)
    if not isinstance(member, Member):
        return None
    for name, _ in counts:
        BUCKETS.give_back(name, 1)
    return member


def _door(request: HttpRequest, form: SignIn, status: int, *, wait: int = 0) -> HttpResponse:
    context = {
        "form": form,
        "next": request.GET.get("next", ""),
        "roles": _roles(request),
        "help_words": "Accounts are made with treaty member add.",
    }
    response = render(request, "treaty/sign_in.html", context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()) else "/"


def _roles(request: HttpRequest) -> list[DemoRole]:
    if not is_demo(request):
        return []
    members = Member.objects.filter(is_active=True).order_by("id")[:9]
    return [DemoRole(party_of(m), m.name, ROLE_WORDS[Role(m.role)], f"/demo/{m.key}/") for m in members]


@require_POST
def as_member(request: HttpRequest, key: str) -> HttpResponse:
    """The demo's door: no password, on loopback alone."""
    member = Member.objects.filter(key=key, is_active=True).first() if is_demo(request) else None
    if member is None:
        raise Http404
    login(request, member, backend=BACKEND)
    return HttpResponseRedirect(_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/sign-in/")


@require_POST
@page
def theme(here: Here) -> HttpResponse:
    """Light, dark, or as the system says; kept for the member."""
    chosen = here.request.POST.get("theme", "")
    here.member.theme = chosen if chosen in ("light", "dark") else ""
    here.member.save(update_fields=["theme"])
    return HttpResponseRedirect(here.request.headers.get("Referer") or "/")


def health(request: HttpRequest) -> HttpResponse:
    """The process answers. failed: how much could not be told or written outside and waits for a person; null without a database.

    Counts alone, for who watches from outside: `treaty doctor` and Sources say where.
    """
    try:
        failed = {"messages": sum(one.n for one in stuck.messages()), "writes": sum(one.n for one in stuck.writes())}
    except DatabaseError:
        failed = None
    return JsonResponse({"ok": True, "failed": failed})


urlpatterns = [
    path("sign-in/", sign_in),
    path("sign-out/", sign_out),
    path("demo/<slug:key>/", as_member),
    path("settings/theme/", theme),
    path("healthz", health),
]
