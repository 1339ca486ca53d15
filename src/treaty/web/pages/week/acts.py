"""What the meeting does: decide, take on, tick off, rule."""

from datetime import date

from django import forms
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from treaty.feedback.models import Dispute
from treaty.qualification.lifecycle import NotAllowed
from treaty.rhythm import actions
from treaty.rhythm.models import Meeting, Resolution
from treaty.team.models import Member
from treaty.team.queries import may_change_agreement
from treaty.web.figures import here_frame
from treaty.web.forms import Form
from treaty.web.here import Here, page
from treaty.web.replies import go, sentence, tell, warn

LAST = "#decisions"


class ResolutionForm(Form):
    """A decision or an action: what, who, by when. An action needs a day, a decision may have one."""

    kind = forms.ChoiceField(choices=Resolution.Kind.choices)
    text = forms.CharField(max_length=500, strip=True)
    owner = forms.ModelChoiceField(Member.objects.filter(is_active=True), to_field_name="key")
    due_on = forms.DateField(required=False)


@require_POST
@page
def resolve(here: Here) -> HttpResponse:
    """Write down a decision or an action, under the meeting whose page is open."""
    form = ResolutionForm(here.request.POST)
    if not form.is_valid():
        warn(here, _problem(form))
        return go(here, _back(here))
    said = form.cleaned_data
    try:
        actions.resolve(
            said["kind"], said["text"], owner=said["owner"], by=here.member, at=here.at, due_on=said["due_on"], meeting=_meeting(here)
        )
    except actions.NothingSaid as problem:
        warn(here, sentence(problem))
        return go(here, _back(here))
    tell(here, f"Kept: {said['owner'].name}{', by ' + said['due_on'].strftime('%-d %B') if said['due_on'] else ''}.")
    return go(here, _back(here))


def _problem(form: ResolutionForm) -> str:
    """The first thing that is missing, by name and with the way out."""
    ways = {
        "text": "Say in a sentence what was decided, in up to 500 characters.",
        "owner": "Choose who takes it on: somebody who signs in here.",
        "due_on": "Write the day as 2026-03-31.",
        "kind": "It is a decision or an action.",
    }
    return next(ways[name] for name in form.errors if name in ways)


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


def may_close(member: Member, row: Resolution) -> bool:
    return member.pk in (row.owner_id, row.by_id) or may_change_agreement(member)


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
