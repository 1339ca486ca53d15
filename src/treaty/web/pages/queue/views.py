"""The doors of the queue. Every change is a POST that works without a script, and says what it did and how to undo it."""

from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.handoff.giving import give
from treaty.handoff.models import Handoff
from treaty.sla import actions as sla
from treaty.sla.models import SlaClock
from treaty.web.here import Here, extra, page
from treaty.web.pages.queue import access, answers, rows
from treaty.web.pages.queue import page as pages
from treaty.web.pages.queue.access import handoff_of, owner_of
from treaty.web.replies import REFUSED, Incomplete, go, sentence, tell, wanted_next, warn


@require_GET
@page
def queue(here: Here) -> HttpResponse:
    """A rep's own queue; a manager's choice of one."""
    return render(here.request, "treaty/queue.html", pages.context(here, owner_of(here), None))


@require_GET
@page
def opened(here: Here, key: str) -> HttpResponse:
    """The same page with one brief open. Those who only look are shown the lead."""
    handoff = handoff_of(here, key)
    if not access.may_answer(here.member, handoff):
        return HttpResponseRedirect(f"/leads/{handoff.lead.key}/")
    return render(here.request, "treaty/queue.html", pages.context(here, handoff.owner, handoff))


@require_GET
@page
def brief(here: Here, key: str) -> HttpResponse:
    """One brief alone, to be put beside the list."""
    handoff = handoff_of(here, key)
    shown = pages.brief(here, handoff, _query(here, handoff))
    return render(here.request, "treaty/parts/brief.html", extra(here, brief=shown))


@require_POST
@page
def answer(here: Here, key: str) -> HttpResponse:
    """One answer to one handoff; then the next lead, with the way back in a toast."""
    handoff, form = handoff_of(here, key), here.request.POST.dict()
    waited = _waited(here, handoff)
    try:
        said = answers.give(handoff, form, by=here.member, at=here.at)
    except REFUSED as problem:
        return _refused(here, handoff, {**form, "trouble": sentence(problem)})
    query = _query(here, handoff)
    after = rows.next_key(waited, handoff.key)
    undo = f"/handoffs/{handoff.key}/undo/{query}" if answers.can_undo(_fresh(handoff), here.member, here.at) else ""
    tell(here, f"{said}.", undo=undo)
    return go(here, wanted_next(here, f"/queue/{after}/{query}#lead" if after else f"/queue/{query}"))


def _fresh(handoff: Handoff) -> Handoff:
    return Handoff.objects.select_related("lead", "owner").get(pk=handoff.pk)


def _waited(here: Here, handoff: Handoff) -> list[rows.Waited]:
    if not access.may_answer(here.member, handoff):
        return []
    return rows.waited(here.member, here.at, handoff.owner, here.request.GET.get("q", "").strip()[:100])


def _query(here: Here, handoff: Handoff) -> str:
    return rows.query_of(handoff.owner, here.member, here.request.GET.get("q", "").strip()[:100])


def _refused(here: Here, handoff: Handoff, form: dict[str, str]) -> HttpResponse:
    """The page as it was, the panel open, the reason why not in it. For htmx the brief alone."""
    fresh = handoff_of(here, handoff.key)
    if here.request.headers.get("HX-Request"):
        shown = pages.with_trouble(pages.brief(here, fresh, _query(here, fresh)), form)
        response = render(here.request, "treaty/parts/brief.html", extra(here, brief=shown))
        response["HX-Retarget"], response["HX-Reswap"] = "#lead", "outerHTML"
        return response
    owner = fresh.owner if access.may_answer(here.member, fresh) else here.member
    return render(here.request, "treaty/queue.html", pages.context(here, owner, fresh, form), status=422)


@require_POST
@page
def undo(here: Here, key: str) -> HttpResponse:
    """Take the last answer or contact back."""
    handoff = handoff_of(here, key)
    try:
        tell(here, f"{answers.undo(handoff, by=here.member, at=here.at)}.")
    except REFUSED as problem:
        warn(here, sentence(problem))
    return go(here, wanted_next(here, f"/queue/{handoff.key}/{_query(here, handoff)}#lead"))


@require_POST
@page
def bulk(here: Here) -> HttpResponse:
    """The same answer to several handoffs. Each stands alone: what is refused is named, the rest is done."""
    owner, form = owner_of(here), here.request.POST.dict()
    keys = list(dict.fromkeys(here.request.POST.getlist("lead")))[:500]
    done, refused = _answer_each(here, keys, form)
    query = rows.query_of(owner, here.member, here.request.GET.get("q", "").strip()[:100])
    if done:
        name = form.get("answer", "")
        words = {"accept": "accepted", "reject": "rejected", "recycle": "recycled"}.get(name, "answered")
        tell(here, f"{_leads(len(done))} {words}.", undo=f"/queue/undo/?{urlencode({'lead': done}, doseq=True)}")
    for said in refused[:5]:
        warn(here, said)
    if not keys:
        warn(here, "No lead is selected: press X on those you mean, or tick them.")
    return go(here, f"/queue/{query}")


def _leads(n: int) -> str:
    return f"{n} {'lead' if n == 1 else 'leads'}"


def _answer_each(here: Here, keys: list[str], form: dict[str, str]) -> tuple[list[str], list[str]]:
    done, refused = [], []
    for key in keys:
        handoff = handoff_of(here, key)
        try:
            answers.give(handoff, form, by=here.member, at=here.at)
            done.append(key)
        except REFUSED as problem:
            refused.append(f"{handoff.lead.person}: {sentence(problem)}")
    return done, refused


@require_POST
@page
def bulk_undo(here: Here) -> HttpResponse:
    """Take several answers back."""
    refused = []
    keys = list(dict.fromkeys(here.request.GET.getlist("lead")))[:500]
    for key in keys:
        handoff = handoff_of(here, key)
        try:
            answers.undo(handoff, by=here.member, at=here.at)
        except REFUSED as problem:
            refused.append(f"{handoff.lead.person}: {sentence(problem)}")
    if len(keys) > len(refused):
        tell(here, f"{_leads(len(keys) - len(refused))} waiting for an answer again.")
    for said in refused[:5]:
        warn(here, said)
    return go(here, "/queue/")


def _managed(here: Here, key: str, act: Any) -> HttpResponse:
    """Something only those who answer for the owner may do."""
    handoff = handoff_of(here, key)
    try:
        access.check_manager(here.member, handoff)
        tell(here, act(handoff))
    except REFUSED as problem:
        warn(here, sentence(problem))
    return go(here, f"/queue/{key}/{_query(here, handoff)}#lead")


@require_POST
@page
def owner(here: Here, key: str) -> HttpResponse:
    """Give an unanswered lead to another rep; its clocks start anew, its total stays."""

    def act(handoff: Handoff) -> str:
        to = next((rep for rep in access.others(handoff) if rep.key == here.request.POST.get("to")), None)
        reason = here.request.POST.get("reason", "").strip()[:200]
        if to is None:
            raise Incomplete("nobody to give it to was chosen: choose an active rep")
        if not reason:
            raise Incomplete("the ledger wants a reason: write why it goes to somebody else")
        if answers.is_accepted(handoff):
            raise Incomplete(f"{handoff.owner.name} has accepted it: it goes back with a reason, or stays")
        sla.start(give(handoff, to, by=here.member, at=here.at, reason=reason))
        return f"{handoff.lead.person} is with {to.name} now."

    return _managed(here, key, act)


@require_POST
@page
def pause(here: Here, key: str) -> HttpResponse:
    """Let the clocks of a handoff stand for a reason the agreement lists."""

    def act(handoff: Handoff) -> str:
        until = _until(here)
        try:
            for clock in _running(handoff):
                sla.pause(clock, here.request.POST.get("reason", ""), by=here.member, at=here.at, until=until)
        except ValueError as problem:
            raise Incomplete(str(problem)) from problem
        return f"The clock of {handoff.lead.person} stands{f' until {until.astimezone(here.viewer.zone):%d %B}' if until else ''}."

    return _managed(here, key, act)


@require_POST
@page
def resume(here: Here, key: str) -> HttpResponse:
    def act(handoff: Handoff) -> str:
        for clock in _running(handoff):
            sla.resume(clock, by=here.member, at=here.at)
        return f"The clock of {handoff.lead.person} runs again."

    return _managed(here, key, act)


def _running(handoff: Handoff) -> list[SlaClock]:
    return list(SlaClock.objects.filter(handoff=handoff, ended="").select_related("lead", "owner", "version"))


def _until(here: Here) -> datetime | None:
    """The start of the day named, where the member is. Raises Incomplete for what is no day, or not ahead."""
    text = here.request.POST.get("until", "").strip()
    if not text:
        return None
    try:
        day = datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), tzinfo=here.viewer.zone)  # noqa: DTZ007 - only its date
    except ValueError:
        raise Incomplete(f"{text!r} is not a day: choose one, or leave it empty") from None
    if not here.at < day.astimezone(UTC) or day.year > 2199:
        raise Incomplete(f"{text} is not ahead: choose a later day, or leave it empty")
    return day.astimezone(UTC)
