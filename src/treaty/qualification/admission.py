"""Let in those who already qualified when a version took effect, at the pace both teams signed."""

from datetime import datetime

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import all_in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Admission
from treaty.engine.periods import containing, local_date
from treaty.qualification.carrying import advance, open_together
from treaty.qualification.deciding import Decider
from treaty.qualification.marks import claim, remember
from treaty.qualification.models import Waiting
from treaty.qualification.subjects import without_a_lead


def admit(*, at: datetime) -> int:
    """Let in those who already qualified when a version took effect, so many per period as `on_start` says.

    Safe to call at any time: who was let in since the period began is counted.
    """
    let_in = 0
    for current in all_in_force(at):
        terms = signed_of(current.version).terms
        rule = terms.on_start.already_qualifying
        waiting = Waiting.objects.filter(version=current.version, admitted_at=None).select_related("person").order_by("since_at", "id")
        for row in waiting[: _room(rule, terms, current.version, at)]:
            _let_in(row, current, at)
            let_in += 1
    return let_in


def _room(rule: Admission, terms: Terms, version: Version, at: datetime) -> int | None:
    """How many more may be let in during the period of the agreement's calendar; None without a limit."""
    if rule.admit == "all":
        return None
    period = containing(local_date(at, terms.time_zone), rule.per, terms.time_zone)
    done = Waiting.objects.filter(version=version, admitted_at__gte=period.starts_at, admitted_at__lt=period.ends_at).count()
    return max(0, rule.admit - done)


def _let_in(row: Waiting, current: InForce, at: datetime) -> None:
    """Judge once more: who no longer qualifies is not let in, and waits no longer."""
    claimed = claim([row.person_id], at)
    for decided in Decider(current.version, current, at).let_in(without_a_lead(row.person)):
        remember({row.person_id: decided.decision.look_at}, [row.person_id], claimed)
        advance([(lead, decided) for lead in open_together([decided], at)], at)
    Waiting.objects.filter(pk=row.pk).update(admitted_at=at)
