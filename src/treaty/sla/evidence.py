"""What stops a clock: sales' contacts and answers, and what marketing did for a lead that came back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from treaty.feedback.contact import ANSWERED
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla import rules
from treaty.sla.models import SlaClock
from treaty.truth.models import Activity, Lead, Touch


def evidence_of(handoffs: Sequence[Handoff]) -> dict[int, rules.Evidence]:
    """Outbound activities to each person since their handoff, and sales' answer: by row of the handoff."""
    leads = dict(Lead.objects.filter(pk__in=[h.lead_id for h in handoffs]).values_list("pk", "person_id"))
    done: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Activity.objects.filter(person__in=set(leads.values()), direction="out", withdrawn_at=None).exclude(kind="note")
    for person_id, occurred_at, outcome in rows.order_by("occurred_at").values_list("person_id", "occurred_at", "outcome"):
        done[person_id].append((occurred_at, outcome))
    answers = {d.handoff_id: d for d in Disposition.objects.filter(handoff__in=[h.pk for h in handoffs], withdrawn_at=None)}
    return {h.pk: _evidence(h, done[leads[h.lead_id]], answers.get(h.pk)) for h in handoffs}


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
    emails = Touch.objects.filter(person__in=set(people.values()), channel="email", occurred_at__gte=since)
    calls = Activity.objects.filter(lead__in=people, withdrawn_at=None, occurred_at__gte=since)
    by_person, by_lead = _moments(emails.values_list("person", "occurred_at")), _moments(calls.values_list("lead", "occurred_at"))
    found = {}
    for clock in clocks:
        done = [at for at in (*by_person[people[clock.lead_id]], *by_lead[clock.lead_id]) if at >= clock.starts_at]
        if done:
            found[clock.pk] = min(done)
    return found


def _moments(rows: Iterable[tuple[int, datetime]]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for key, at in rows:
        found[key].append(at)
    return found
