"""What stops a clock: sales' contacts and answers, and what marketing did for a lead that came back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from treaty.feedback.contact import ANSWERED
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.prepared import prepared
from treaty.sla import rules
from treaty.sla.models import SlaClock
from treaty.truth.models import Activity, Lead, Touch


def evidence_of(handoffs: Sequence[Handoff]) -> dict[int, rules.Evidence]:
    """Outbound activities to each person since their handoff, and sales' answer: by row of the handoff."""
    leads = dict(_people({h.lead_id for h in handoffs}))
    done: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for person_id, occurred_at, outcome in _done(set(leads.values())):
        done[person_id].append((occurred_at, outcome))
    answers = {answer.handoff_id: answer for answer in _answers([h.pk for h in handoffs])}
    return {h.pk: _evidence(h, done[leads[h.lead_id]], answers.get(h.pk)) for h in handoffs}


@prepared
def _people(leads: Collection[int]) -> QuerySet[Lead, tuple[int, int]]:
    return Lead.objects.filter(pk__among=leads).values_list("pk", "person_id")


@prepared
def _done(people: Collection[int]) -> QuerySet[Activity, tuple[int, datetime, str]]:
    """Everything that went out to them, in order of time."""
    rows = Activity.objects.filter(person__among=people, direction="out", withdrawn_at=None).exclude(kind="note")
    return rows.order_by("occurred_at").values_list("person_id", "occurred_at", "outcome")


@prepared
def _answers(handoffs: Collection[int]) -> QuerySet[Disposition]:
    return Disposition.objects.filter(handoff__among=handoffs, withdrawn_at=None)


def _evidence(handoff: Handoff, done: Sequence[tuple[datetime, str]], answer: Disposition | None) -> rules.Evidence:
    since = [(at, outcome) for at, outcome in done if at >= handoff.made_at]
    return rules.Evidence(
        contacts=[at for at, _ in since],
        reached_at=next((at for at, outcome in since if outcome in ANSWERED), None),
        decided_at=answer.at if answer else None,
        outcome=answer.outcome if answer else "",
    )


def nurtured_at(clocks: Sequence[SlaClock]) -> dict[int, datetime]:
    """By marketing's clock, the first thing done for the person since it started: an e-mail to them, or a contact with the lead."""
    if not clocks:
        return {}
    since = min(clock.starts_at for clock in clocks)
    people = {clock.lead_id: clock.lead.person_id for clock in clocks}
    by_person, by_lead = _moments(_emails(set(people.values()), since)), _moments(_calls(list(people), since))
    found = {}
    for clock in clocks:
        done = [at for at in (*by_person[people[clock.lead_id]], *by_lead[clock.lead_id]) if at >= clock.starts_at]
        if done:
            found[clock.pk] = min(done)
    return found


@prepared
def _emails(people: Collection[int], since: datetime) -> QuerySet[Touch, tuple[int, datetime]]:
    return Touch.objects.filter(person__among=people, channel="email", occurred_at__gte=since).values_list("person", "occurred_at")


@prepared
def _calls(leads: Collection[int], since: datetime) -> QuerySet[Activity, tuple[int, datetime]]:
    return Activity.objects.filter(lead__among=leads, withdrawn_at=None, occurred_at__gte=since).values_list("lead", "occurred_at")


def _moments(rows: Iterable[tuple[int, datetime]]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for key, at in rows:
        found[key].append(at)
    return found
