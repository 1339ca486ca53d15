"""The list of members, one member, and what RevOps changes about them."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from treaty.agreement.leaving import check_may_leave
from treaty.handoff import seats
from treaty.journal.actions import record
from treaty.team import accounts, roster
from treaty.team.models import Member, Role
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.team.absences import absences_of
from treaty.web.pages.team.everybody import how_to_enter, state_words
from treaty.web.pages.team.forms import ROLES, Away, Change, New, away_form, initial_of, zones
from treaty.web.pieces import Link
from treaty.web.replies import carried_out, go, sentence, tell
from treaty.web.rights import is_steward, only

CRUMBS = (Link("Team", "/team/"),)


def member_of(key: str) -> Member:
    found = Member.objects.select_related("manager").filter(key=key).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@page
def member(here: Here, key: str) -> HttpResponseBase:
    """One member; RevOps changes what stands there."""
    found = member_of(key)
    if here.request.method != "POST":
        return member_page(here, found)
    return _change(here, found)


@only(Role.REVOPS)
def _change(here: Here, found: Member) -> HttpResponseBase:
    form = Change(here.request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                was = found.role
                changed = roster.change(found, form.cleaned_data)
                if changed:
                    roles = {"was": was, "role": found.role} if "role" in changed else {}
                    record("member.changed", found, by=here.member, at=here.at, codes={"fields": sorted(changed), **roles})
        except ValueError as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, f"{found.name} is changed." if changed else "Nothing was changed.")
            return go(here, f"/team/{found.key}/")
    return member_page(here, member_of(found.key), form, status=422)


def member_page(
    here: Here, found: Member, form: Change | None = None, status: int = 200, password: str = "", away: Away | None = None
) -> HttpResponse:
    """form, away: one that was refused, with what was typed. password: one just made, shown this once."""
    may_change = is_steward(here.member)
    may_say = roster.may_say_away(here.member, found) and found.is_active
    context = extra(
        here,
        title=found.name,
        eyebrow=f"{ROLES[Role(found.role)]}, {found.email}",
        lede=_lede(here, found),
        crumbs=[*CRUMBS, Link(found.name, "")],
        found=found,
        form=(form or Change(initial=initial_of(found))) if may_change else None,
        facts=_facts(found),
        zones=zones() if may_change else [],
        absences=absences_of(here, found),
        away_form=away or (away_form(here.at.astimezone(here.viewer.zone).date()) if may_say else None),
        away_href=f"/team/{found.key}/absences/#away",
        may_change=may_change,
        password=password,
    )
    response = render(here.request, "treaty/member.html", context, status=status)
    if password:
        response.headers["Cache-Control"] = "no-store"
    return response


def _lede(here: Here, found: Member) -> str:
    said = f"{formats.capital(state_words(found, seats.away([found], here.at)))}."
    return f"{said} {how_to_enter(here)}" if found.is_active and not found.has_usable_password() else said


def _facts(found: Member) -> list[tuple[str, str]]:
    facts = {
        "E-mail": found.email, "Manager": found.manager.name if found.manager else "", "Time zone": found.zone,
        "Country": " ".join(filter(None, (found.country, found.region))), "Languages": ", ".join(found.languages),
        "Weight of their turns": str(found.capacity), "Open leads at most": str(found.max_open or ""),
    }  # fmt: skip
    return [(name, value) for name, value in facts.items() if value]


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def new(here: Here) -> HttpResponseBase:
    """Add a member; the page that answers shows a password once, to be changed at the first sign-in."""
    form = New(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        try:
            added, secret = _add(here, form)
        except ValueError as problem:
            form.add_error("email", sentence(problem))
        else:
            return member_page(here, added, password=secret)
    context = extra(
        here, title="Add a member", form=form, crumbs=[*CRUMBS, Link("Add a member", "")], button="Add them",
        cancel=Link("Cancel", "/team/"), zones=zones(),
    )  # fmt: skip
    return render(here.request, "treaty/member_new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _add(here: Here, form: New) -> tuple[Member, str]:
    """Raises ValueError."""
    wanted, secret = dict(form.cleaned_data), roster.one_time_password()
    email, name, role = wanted.pop("email"), wanted.pop("name"), wanted.pop("role")
    known = Member.objects.filter(email=email.strip().lower()).first()
    if known is not None and known.has_usable_password():
        raise ValueError(f"{email} has an account already: give it a new password on its page")
    added = accounts.add_member(email, name, role, password=secret, at=here.at, once=True)
    roster.change(added, wanted)
    record("member.added", added, by=here.member, at=here.at, codes={"role": added.role})
    return added, secret


@require_POST
@page
@only(Role.REVOPS)
def password(here: Here, key: str) -> HttpResponseBase:
    """A new password, shown this once; sessions opened with the old one end."""
    found, secret = member_of(key), roster.one_time_password()
    with transaction.atomic():
        accounts.set_password(found, secret, once=True)
        record("member.password", found, by=here.member, at=here.at)
    return member_page(here, found, password=secret)


@require_POST
@page
@only(Role.REVOPS)
def switch_off(here: Here, key: str) -> HttpResponseBase:
    found = member_of(key)

    def do() -> str:
        roster.check_not_last(found)
        check_may_leave(found, at=here.at)
        accounts.switch_off(found, at=here.at)
        record("member.off", found, by=here.member, at=here.at)
        return (
            f"{found.name} cannot sign in any more; unanswered leads go to the next in turn, accepted ones wait in their queue "
            "until you give them to somebody. What they did stays."
        )

    return carried_out(here, do, f"/team/{found.key}/", refused=(ValueError,))


@require_POST
@page
@only(Role.REVOPS)
def switch_on(here: Here, key: str) -> HttpResponseBase:
    found = member_of(key)

    def do() -> str:
        accounts.switch_on(found)
        record("member.on", found, by=here.member, at=here.at)
        return f"{found.name} is back."

    return carried_out(here, do, f"/team/{found.key}/", refused=(ValueError,))
