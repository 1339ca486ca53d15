"""What those who answer for a rep may do: give a lead to another, let its clock stand for an agreed reason."""

from collections.abc import Callable
from datetime import UTC, datetime, time

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from treaty.handoff.giving import give
from treaty.handoff.models import Handoff
from treaty.sla import actions as sla
from treaty.sla.models import SlaClock
from treaty.web import formats
from treaty.web.here import Here, page
from treaty.web.pages.queue import access
from treaty.web.pages.queue.access import handoff_of
from treaty.web.pages.queue.views import query_for, refused
from treaty.web.replies import REFUSED, Incomplete, NotYours, go, sentence, tell, warn


def _managed(here: Here, key: str, act: Callable[[Handoff], str], at: str = "") -> HttpResponse:
    """Something only those who answer for the owner may do. at: whose panel is shown again with what was typed, if it is refused."""
    handoff = handoff_of(here, key)
    back = f"/queue/{key}/{query_for(here, handoff)}#lead"
    try:
        access.check_manager(here.member, handoff)
    except NotYours as problem:
        warn(here, sentence(problem))
        return go(here, back)
    try:
        tell(here, act(handoff))
    except REFUSED as problem:
        return refused(here, handoff, {**here.request.POST.dict(), "answer": at, "trouble": sentence(problem)})
    return go(here, back)


@require_POST
@page
def owner(here: Here, key: str) -> HttpResponse:
    """Give a lead to another rep that is unanswered, or whose owner left; an unanswered one's clocks start anew, its total stays."""

    def act(handoff: Handoff) -> str:
        to = next((rep for rep in access.others(handoff) if rep.key == here.request.POST.get("to")), None)
        reason = here.request.POST.get("reason", "").strip()[:200]
        if to is None:
            raise Incomplete("nobody to give it to was chosen: choose an active rep")
        if not reason:
            raise Incomplete("the ledger wants a reason: write why it goes to somebody else")
        sla.start(give(handoff, to, by=here.member, at=here.at, reason=reason))
        return f"{handoff.lead.person} is with {to.name} now."

    return _managed(here, key, act, "owner")


@require_POST
@page
def pause(here: Here, key: str) -> HttpResponse:
    """Let the clocks of a handoff stand for a reason the agreement lists."""

    def act(handoff: Handoff) -> str:
        until, reason = _until(here), here.request.POST.get("reason", "")
        try:
            with transaction.atomic():
                stood = [sla.pause(clock, reason, by=here.member, at=here.at, until=until) for clock in _running(handoff)]
        except ValueError as problem:
            raise Incomplete(str(problem)) from problem
        if not any(stood):
            raise Incomplete(f"no clock of {handoff.lead.person} runs: there is nothing to let stand")
        zone = here.viewer.zone
        stands = f" until {formats.day_words(until.astimezone(zone).date(), here.at.astimezone(zone).date())}" if until else ""
        return f"The clock of {handoff.lead.person} stands{stands}."

    return _managed(here, key, act, "pause")


@require_POST
@page
def resume(here: Here, key: str) -> HttpResponse:
    def act(handoff: Handoff) -> str:
        with transaction.atomic():
            went_on = [sla.resume(clock, by=here.member, at=here.at) for clock in _running(handoff)]
        if not any(went_on):
            raise Incomplete(f"no clock of {handoff.lead.person} stands: there is nothing to let run again")
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
