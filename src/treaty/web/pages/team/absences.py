"""Being away: said by oneself, by one's manager, by who heads sales, by RevOps."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from treaty.agreement.queries import agreed_zone
from treaty.journal.actions import record
from treaty.team import roster
from treaty.team.models import Absence, AbsenceKind, Member
from treaty.web import formats
from treaty.web.here import Here, page
from treaty.web.pages.team.forms import Away
from treaty.web.replies import go, sentence, tell, wanted_next, warn

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """words: from when until when · end_href: where it is ended, empty for one that is over or not yours to end."""

    words: str
    kind: str
    note: str
    said_by: str
    end_href: str


def absences_of(here: Here, member: Member) -> list[Shown]:
    """The newest first, those to come and those that are over."""
    may_end = roster.may_say_away(here.member, member)
    rows = member.absences.select_related("by").order_by("-starts_at", "-id")[:SHOWN]
    return [_shown(here, member, row, number, may_end=may_end) for number, row in enumerate(rows, 1)]


def _shown(here: Here, member: Member, row: Absence, number: int, *, may_end: bool) -> Shown:
    begins = formats.short(row.starts_at, here.viewer, here.at)
    until = f"back {formats.short(row.ends_at, here.viewer, here.at)}" if row.ends_at else "until it is ended"
    is_over = row.ends_at is not None and row.ends_at <= max(here.at, row.starts_at)
    return Shown(
        words=f"From {begins}, {until}",
        kind="paused" if row.kind == AbsenceKind.PAUSED else "away",
        note=row.note,
        said_by=f"said by {row.by.name}" if row.by and row.by.pk != member.pk else "",
        end_href=f"/team/{member.key}/absences/{number}/end/" if may_end and not is_over else "",
    )


def _of(here: Here, key: str) -> Member:
    """A member one may speak for. Who is there is known to everybody, so it is refused, not hidden."""
    found = Member.objects.filter(key=key).first()
    if found is None:
        raise Http404
    if not roster.may_say_away(here.member, found):
        raise PermissionDenied
    return found


def _named(form: Away, name: str) -> str:
    """What is wrong with a field, and which one."""
    said, label = str(form.errors[name][0]), str(form.fields[name].label)
    return said if label in said else f"{label}: {said}"


@require_POST
@page
def announce(here: Here, key: str) -> HttpResponseBase:
    member, form = _of(here, key), Away(here.request.POST)
    if not form.is_valid():
        warn(here, " ".join(_named(form, name) for name in form.errors))
        return go(here, wanted_next(here, f"/team/{key}/"))
    said = form.cleaned_data
    try:
        with transaction.atomic():
            absence = roster.announce(
                member, said["kind"], first_on=said["first_on"], back_on=said["back_on"], by=here.member, at=here.at, note=said["note"],
                agreed=agreed_zone(here.at),
            )  # fmt: skip
            record("member.away", member, by=here.member, at=here.at, codes={"kind": absence.kind})
    except roster.NotAway as problem:
        warn(here, sentence(problem))
    else:
        tell(here, f"{member.name} takes no new leads from {formats.short(absence.starts_at, here.viewer, here.at)}.")
    return go(here, wanted_next(here, f"/team/{key}/"))


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
