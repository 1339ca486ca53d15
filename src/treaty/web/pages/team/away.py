"""The doors of being away: a member's absence is said, and ended."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from treaty.journal.actions import record
from treaty.team import roster
from treaty.team.models import Member
from treaty.web.here import Here, page
from treaty.web.pages.team.absences import SHOWN, said_away
from treaty.web.pages.team.forms import Away
from treaty.web.pages.team.members import member_of, member_page
from treaty.web.replies import go, tell, wanted_next


def _of(here: Here, key: str) -> Member:
    """A member one may speak for. Who is there is known to everybody, so it is refused, not hidden."""
    found = member_of(key)
    if not roster.may_say_away(here.member, found):
        raise PermissionDenied
    return found


@require_POST
@page
def announce(here: Here, key: str) -> HttpResponseBase:
    member, form = _of(here, key), Away(here.request.POST)
    return said_away(here, member, form, f"/team/{key}/") or member_page(here, member, away=form, status=422)


@require_POST
@page
def end(here: Here, key: str, number: int) -> HttpResponseBase:
    """End the n-th absence of the list, now; one to come never begins."""
    member = _of(here, key)
    absence = member.absences.order_by("-starts_at", "-id")[number - 1 : number].first() if 0 < number <= SHOWN else None
    if absence is None:
        raise Http404
    with transaction.atomic():
        roster.end(absence, at=here.at)
        record("member.back", member, by=here.member, at=here.at, codes={"kind": absence.kind})
    tell(here, f"{member.name} takes leads again.")
    return go(here, wanted_next(here, f"/team/{key}/"))
