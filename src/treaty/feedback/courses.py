"""What follows from an answer for its lead, carried out for several at once: steps, the way back, rest, and what the journal says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.bulk import insert, update
from treaty.feedback.models import Disposition
from treaty.handoff.ledger import Given, assign_all
from treaty.handoff.models import Handoff
from treaty.handoff.rules import Route
from treaty.journal.actions import Said, record_all
from treaty.qualification import lifecycle
from treaty.qualification.moves import Moving, Why, move_all
from treaty.qualification.resting import Resting, rest_all
from treaty.team.models import Member
from treaty.truth.models import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where one act takes the lead of a handoff.

    steps: stages it goes through in that instant, each with its ground. ends_as: how the handoff ends, empty where it
    goes on. received_at: when we learned of it, the same moment by default. returns: whether the lead is marketing's again; it
    rests until `rests_until` then. answer: the row to be kept.
    verb, codes, words: what the journal says of it.
    """

    handoff: Handoff
    lead: Lead
    steps: Sequence[tuple[str, Why]]
    by: Member
    at: datetime
    verb: str
    codes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    ends_as: str = ""
    returns: bool = False
    rests_until: datetime | None = None
    answer: Disposition | None = None
    received_at: datetime | None = None


@transaction.atomic
def carry_out(courses: Sequence[Course]) -> dict[int, lifecycle.NotAllowed]:
    """Take leads where their courses lead, in a fixed number of queries. Each lead comes once, and is held by now.

    Returns by lead why a course was not taken: the agreed graph does not have it, and nothing of it was done.
    """
    made = move_all([Moving(c.lead, c.steps, c.at, c.received_at, c.by) for c in courses])
    going = [c for c in courses if isinstance(made[c.lead.pk], list)]
    insert(c.answer for c in going if c.answer is not None)
    _end([c for c in going if c.ends_as])
    return_all([(c.lead, c.by, c.at) for c in going if c.returns])
    rest_all([Resting(c.lead, c.rests_until, c.at) for c in going if c.returns])
    record_all([_said(c) for c in going])
    return {pk: why for pk, why in made.items() if isinstance(why, lifecycle.NotAllowed)}


def _end(courses: Sequence[Course]) -> None:
    for course in courses:
        course.handoff.ended_at, course.handoff.ended_how = course.at, course.ends_as[:20]
    update([course.handoff for course in courses], ["ended_at", "ended_how"])


def _said(course: Course) -> Said:
    codes = {"lead": course.lead.key, **course.codes}
    return Said(course.verb, course.handoff, course.at, course.by, course.handoff.version.hash, codes, course.words or None)


def return_to_marketing(lead: Lead, *, by: Member | None, at: datetime) -> None:
    """Give a lead back to the marketing member the agreement names."""
    return_all([(lead, by, at)])


def return_all(leads: Sequence[tuple[Lead, Member | None, datetime]]) -> None:
    """The same for several, each by whom and when. Raises Member.DoesNotExist if the agreement names nobody who is there."""
    emails = {lead.pk: signed_of(lead.version).terms.owner_before_handoff for lead, _, _ in leads}
    owners = {email: Member.objects.get(email=email) for email in set(emails.values())}
    assign_all([_returned(lead, owners[emails[lead.pk]], by, at) for lead, by, at in leads])


def _returned(lead: Lead, owner: Member, by: Member | None, at: datetime) -> Given:
    return Given(lead, owner, Route(owner.email, "returned", "", ("returned by sales",)), at, by)
