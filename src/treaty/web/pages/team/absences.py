"""Being away: said by oneself, by one's manager, by who heads sales, by RevOps."""

from dataclasses import dataclass

from django.http import HttpResponse

from treaty.agreement.queries import agreed_zone
from treaty.journal.actions import record
from treaty.team import roster
from treaty.team.models import Absence, AbsenceKind, Member
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.pages.team.forms import Away
from treaty.web.replies import filled

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


def said_away(here: Here, member: Member, form: Away, href: str) -> HttpResponse | None:
    """Say that a member is away, and go on; None if the form is to be shown again with what was typed."""

    def do() -> str:
        said = form.cleaned_data
        absence = roster.announce(
            member, said["kind"], first_on=said["first_on"], back_on=said["back_on"], by=here.member, at=here.at, note=said["note"],
            agreed=agreed_zone(here.at),
        )  # fmt: skip
        record("member.away", member, by=here.member, at=here.at, codes={"kind": absence.kind})
        return f"{member.name} takes no new leads from {formats.short(absence.starts_at, here.viewer, here.at)}."

    return filled(here, form, do, href)
