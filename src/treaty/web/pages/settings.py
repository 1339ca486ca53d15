"""One's own settings: name, zone, languages, how pages look, keys, password."""

from typing import Any

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from treaty.journal.actions import record
from treaty.team import accounts, roster
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.team.absences import absences_of, said_away
from treaty.web.pages.team.forms import About, Away, away_form, initial_of, zones
from treaty.web.replies import go, sentence, tell


class Mine(About):
    theme = forms.ChoiceField(label="Look", required=False, choices=[("", "As the system"), ("light", "Light"), ("dark", "Dark")])
    keys_on = forms.BooleanField(label="Keys do what the page offers: A accepts, J and K move", required=False)


class NewPassword(Form):
    present = forms.CharField(label="Present password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    wanted = forms.CharField(
        label="New password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 characters or more, not a common one.",
    )
    again = forms.CharField(label="The new one again", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("wanted") and given.get("again") and given["wanted"] != given["again"]:
            self.add_error("again", "The two new passwords differ: write the same twice.")
        return given


@require_http_methods(["GET", "POST"])
@page
def settings(here: Here) -> HttpResponseBase:
    if here.request.method != "POST":
        return _page(here)
    form = Mine(here.request.POST)
    if not form.is_valid():
        return _page(here, form=form, status=422)
    with transaction.atomic():
        changed = roster.change(here.member, form.cleaned_data)
        if changed:
            record("member.changed", here.member, by=here.member, at=here.at, codes={"fields": sorted(changed)})
    tell(here, "Your settings are saved." if changed else "Nothing was changed.")
    return go(here, "/settings/")


@require_POST
@page
def away(here: Here) -> HttpResponseBase:
    """Say that one is away oneself."""
    form = Away(here.request.POST)
    return said_away(here, here.member, form, "/settings/") or _page(here, away=form, status=422)


@require_POST
@page
def password(here: Here) -> HttpResponseBase:
    """Change it knowing the present one; other sessions of this member end, this one stays."""
    form, was_told = NewPassword(here.request.POST), here.member.must_change
    if form.is_valid():
        _set(here, form)
    if form.errors:
        return _page(here, password_form=form, status=422)
    tell(here, "Your password is changed. Wherever else you were signed in, you are not any more.")
    return go(here, "/" if was_told else "/settings/")


def _set(here: Here, form: NewPassword) -> None:
    if not here.member.check_password(form.cleaned_data["present"]):
        form.add_error("present", "This is not your present password. RevOps can give you a new one.")
        return
    try:
        with transaction.atomic():
            accounts.set_password(here.member, form.cleaned_data["wanted"])
            record("member.password", here.member, by=here.member, at=here.at)
    except ValueError as problem:
        form.add_error("wanted", sentence(problem))
        return
    update_session_auth_hash(here.request, here.member)


def _page(
    here: Here, form: Mine | None = None, password_form: NewPassword | None = None, away: Away | None = None, status: int = 200
) -> HttpResponseBase:
    """form, password_form, away: one that was refused."""
    mine = {**initial_of(here.member), "theme": here.member.theme, "keys_on": here.member.keys_on}
    context = extra(
        here,
        title="Your settings",
        eyebrow=here.member.email,
        form=form or Mine(initial=mine),
        password_form=password_form or NewPassword(auto_id="password-%s"),
        zones=zones(),
        found=here.member,
        absences=absences_of(here, here.member),
        away_form=away or away_form(here.at.astimezone(here.viewer.zone).date()),
        away_href="/settings/absences/#away",
        next="/settings/",
    )
    return render(here.request, "treaty/settings.html", context, status=status)


urlpatterns = [path("settings/", settings), path("settings/absences/", away), path("settings/password/", password)]
