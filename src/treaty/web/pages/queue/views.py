"""The doors of the queue. Every change is a POST that works without a script, and says what it did and how to undo it."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.handoff.models import Handoff
from treaty.web.here import Here, extra, page
from treaty.web.pages.queue import access, answers, rows
from treaty.web.pages.queue import page as pages
from treaty.web.pages.queue.access import handoff_of, owner_of
from treaty.web.pages.queue.state import state_of
from treaty.web.replies import REFUSED, go, sentence, tell, wanted_next, warn


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
    shown = pages.brief(here, handoff, query_for(here, handoff))
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
        return refused(here, handoff, {**form, "trouble": sentence(problem)})
    query = query_for(here, handoff)
    after = rows.next_key(waited, handoff.key)
    undo = f"/handoffs/{handoff.key}/undo/{query}" if state_of(_fresh(handoff), here.at).can_undo(here.member, here.at) else ""
    tell(here, f"{said}.", undo=undo)
    return go(here, wanted_next(here, f"/queue/{after}/{query}#lead" if after else f"/queue/{query}"))


def _fresh(handoff: Handoff) -> Handoff:
    return Handoff.objects.select_related("lead", "owner", "version").get(pk=handoff.pk)


def _waited(here: Here, handoff: Handoff) -> list[rows.Waited]:
    if not access.may_answer(here.member, handoff):
        return []
    return rows.waited(here.member, here.at, handoff.owner, pages.searched(here))


def query_for(here: Here, handoff: Handoff) -> str:
    return rows.query_of(handoff.owner, here.member, pages.searched(here))


def refused(here: Here, handoff: Handoff, form: dict[str, str]) -> HttpResponse:
    """The page as it was, the panel open, the reason why not in it. For htmx the brief alone."""
    fresh = handoff_of(here, handoff.key)
    if here.request.headers.get("HX-Request"):
        shown = pages.with_trouble(pages.brief(here, fresh, query_for(here, fresh)), form)
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
    return go(here, wanted_next(here, f"/queue/{handoff.key}/{query_for(here, handoff)}#lead"))


@require_POST
@page
def bulk(here: Here) -> HttpResponse:
    """The same answer to several handoffs. Each stands alone: what is refused is named, the rest is done."""
    owner, form = owner_of(here), here.request.POST.dict()
    keys = list(dict.fromkeys(here.request.POST.getlist("lead")))[:500]
    done, refused = _answer_each(here, keys, form)
    query = rows.query_of(owner, here.member, pages.searched(here))
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
