"""What the meeting does: decide, take on, tick off, rule."""

from datetime import date

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from treaty.feedback.models import Dispute
from treaty.qualification.lifecycle import NotAllowed
from treaty.rhythm import actions, amending
from treaty.rhythm.models import Meeting, Resolution
from treaty.team.queries import may_change_agreement
from treaty.web import formats
from treaty.web.figures import here_frame
from treaty.web.here import Here, page
from treaty.web.pages.week.forms import Resolve
from treaty.web.pages.week.views import again, may_close
from treaty.web.replies import filled, go, sentence, tell, warn

LAST = "#decisions"


@require_POST
@page
def resolve(here: Here) -> HttpResponseBase:
    """Write down a decision or an action, under the meeting whose page is open; it is opened only with what is kept."""
    kind = here.request.POST.get("kind", "")
    if kind not in Resolution.Kind.values:
        warn(here, "It is a decision or an action.")
        return go(here, _back(here))
    form = Resolve(Resolution.Kind(kind), here.request.POST)

    def do() -> str:
        text, owner, due_on = (form.cleaned_data[name] for name in ("text", "owner", "due_on"))
        actions.resolve(kind, text, owner=owner, by=here.member, at=here.at, due_on=due_on, meeting=_meeting(here))
        today = here.at.astimezone(here.viewer.zone).date()
        return f"Kept: {owner.name}{f', by {formats.day_words(due_on, today)}' if due_on else ''}."

    return filled(here, form, do, _back(here)) or again(here, here.request.POST.get("on", ""), form)


def _meeting(here: Here) -> Meeting | None:
    """The meeting of the date the form names; opened with the first thing said in it."""
    frame = here_frame(here)
    try:
        on = date.fromisoformat(here.request.POST.get("on", ""))
    except ValueError:
        return None
    weekly = next((meeting for meeting in frame.terms.cadence if meeting.every == "week"), None) if frame else None
    return actions.open_meeting(weekly.meeting if weekly else "Week", on, by=here.member, at=here.at)


def _back(here: Here) -> str:
    try:
        on = date.fromisoformat(here.request.POST.get("on", ""))
    except ValueError:
        return f"/week/{LAST}"
    return f"/week/?on={on.isoformat()}{LAST}"


@require_POST
@page
def done(here: Here, key: str) -> HttpResponse:
    row = _row(here, key)
    actions.finish(row, by=here.member, at=here.at)
    tell(here, f"Done: {row.text}")
    return go(here, _back(here))


@require_POST
@page
def drop(here: Here, key: str) -> HttpResponse:
    row = _row(here, key)
    actions.drop(row, by=here.member, at=here.at)
    tell(here, f"Dropped: {row.text}. It stays in the record.")
    return go(here, _back(here))


def _row(here: Here, key: str) -> Resolution:
    """One that this member may close: their own, or any for those who may change the agreement. Else there is none."""
    row = Resolution.objects.select_related("owner").filter(key=key).first()
    if row is None or not may_close(here.member, row):
        raise Http404
    return row


@require_POST
@page
def rule(here: Here, key: str) -> HttpResponse:
    """Keep the ruling of a dispute; what it says is done at once, in the name of who keeps it."""
    dispute = (
        Dispute.objects.select_related("disposition__handoff__lead__version", "disposition__version").filter(disposition__key=key).first()
    )
    if dispute is None or not may_change_agreement(here.member):
        raise Http404
    lead = dispute.disposition.handoff.lead
    try:
        actions.settle(
            dispute, here.request.POST.get("ruling", ""), by=here.member, at=here.at, note=here.request.POST.get("note", "")[:300]
        )
    except (actions.NotARuling, actions.AlreadySettled, NotAllowed) as problem:
        warn(here, sentence(problem))
        return go(here, f"/week/#dispute-{key}")
    tell(here, f"Settled for {lead.person}: {actions.RULINGS[dispute.ruling]}.")
    return go(here, f"/week/#dispute-{key}")


@require_POST
@page
def amend(here: Here, reason: str, how: str) -> HttpResponse:
    """Draft the amendment that would end a recurring reason, and open its back-test; asked again, the same draft."""
    if not may_change_agreement(here.member):
        raise Http404
    try:
        draft = amending.draft_amendment(reason, how, by=here.member, at=here.at)
    except amending.NotRecurring as problem:
        warn(here, sentence(problem))
        return go(here, "/week/#rejected")
    tell(
        here, "The amendment is drafted. It binds nobody: read what it changes and what it would have done, then propose it to both sides."
    )
    return go(here, f"/agreement/draft/{draft.key}/parts/")
