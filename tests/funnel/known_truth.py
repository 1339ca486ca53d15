"""The same figures once more, by plain loops over the records of the database: no Ibis, no SQL of ours, no shared code."""

from collections import defaultdict
from decimal import Decimal
from statistics import median

from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.models import SlaClock
from treaty.truth.models import Opportunity, OpportunityChange, StageMove, Touch


def deals():
    """(deal, first amount, who found it) of every opportunity."""
    first_amounts, by_definition, first_touches = {}, set(), {}
    for change in OpportunityChange.objects.filter(field="amount").order_by("-at"):
        first_amounts[change.opportunity_id] = Decimal(change.value)
    for move in StageMove.objects.filter(from_stage=""):
        if move.how in ("definition", "passed_through"):
            by_definition.add(move.lead_id)
    for touch in Touch.objects.select_related("person__merged_into").order_by("-occurred_at"):
        person = touch.person
        while person.merged_into:
            person = person.merged_into
        first_touches[person.account_id] = touch.occurred_at
    for deal in Opportunity.objects.all():
        touched = first_touches.get(deal.account_id) if deal.account_id else None
        helped = touched is not None and deal.opened_at is not None and touched < deal.opened_at
        found = "marketing" if deal.lead_id in by_definition else "sales_helped" if helped else "sales"
        yield deal, first_amounts.get(deal.pk, deal.amount), found


def pipeline(start, end):
    """{who found it: (how many, amount)} of deals opened in a stretch of time, as they were worth then."""
    found = defaultdict(lambda: [0, Decimal(0)])
    for deal, first, who in deals():
        if deal.opened_at is not None and start <= deal.opened_at < end:
            found[who][0] += 1
            found[who][1] += first or 0
    return {who: tuple(pair) for who, pair in found.items()}


def revenue(start, end):
    return sum((deal.amount or Decimal(0) for deal, _, _ in deals() if deal.outcome == "won" and start <= deal.closed_at < end), Decimal(0))


def first_reached(stage):
    reached = {}
    for move in StageMove.objects.filter(to_stage=stage, withdrawn_at=None):
        reached[move.lead_id] = min(move.at, reached.get(move.lead_id, move.at))
    return reached


def qualified(stage, start, end):
    return sum(start <= at < end for at in first_reached(stage).values())


def attainment(promise, start, end):
    """(kept, judged) of the clocks due in a stretch of time."""
    kept = judged = 0
    for clock in SlaClock.objects.filter(promise=promise).exclude(ended="void"):
        when = clock.due_at or clock.stopped_at
        if when is None or not start <= when < end:
            continue
        is_late = clock.ended == "late" or (clock.breached_at is not None and clock.ended != "met")
        kept += clock.ended == "met"
        judged += clock.ended == "met" or is_late
    return kept, judged


def acceptance(promise, start, end):
    """(accepted, decided); a clock that ran out and was never stopped is a handoff nobody answered."""
    given = [row.outcome for row in Disposition.objects.filter(withdrawn_at=None) if start <= row.at < end]
    out = sum(
        clock.ended == "" and clock.stopped_at is None and clock.breached_at is not None and start <= clock.breached_at < end
        for clock in SlaClock.objects.filter(promise=promise)
    )
    return given.count("accepted"), len(given) + out


def cohort(from_stage, to_stage, start, end, days):
    begun, then = first_reached(from_stage), first_reached(to_stage)
    members = [lead for lead, at in begun.items() if start <= at < end]
    went = [lead for lead in members if lead in then and 0 <= (then[lead] - begun[lead]).total_seconds() < days * 86400]
    return len(members), len(went)


def passage(from_stage, to_stage, start, end):
    """How many went, and the median of what it took."""
    begun, then = first_reached(from_stage), first_reached(to_stage)
    took = [at - begun[lead] for lead, at in then.items() if start <= at < end and lead in begun and at >= begun[lead]]
    return len(took), median(took) if took else None


def contact_hours_p90(promise, start, end):
    """The value nine tenths of the way through the sorted lengths, between two of them in proportion."""
    took = sorted(
        (clock.stopped_at - clock.starts_at).total_seconds() / 3600
        for clock in SlaClock.objects.filter(promise=promise, ended__in=["met", "late"])
        if start <= clock.stopped_at < end
    )
    if not took:
        return None
    place = 0.9 * (len(took) - 1)
    low = int(place)
    return took[low] + (place - low) * (took[min(low + 1, len(took) - 1)] - took[low])


def complete(start, end):
    made = [row.completeness for row in Handoff.objects.all() if start <= row.made_at < end]
    return sum(share >= 1 for share in made), len(made)
