"""Let in those who already qualified when a version took effect, at the pace both teams signed."""

from dataclasses import replace
from datetime import datetime

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import all_in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Admission
from treaty.engine.periods import containing, local_date
from treaty.qualification import asking
from treaty.qualification.actions import advance, decided_about, open_together, subject_of, with_score
from treaty.qualification.marks import claim, remember
from treaty.qualification.models import Waiting
from treaty.qualification.panel import panel_of
from treaty.qualification.settled import AtAccounts


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
    panel, terms = panel_of(current.version), signed_of(current.version).terms
    claimed = claim([row.person_id], at)
    over = asking.ended([row.person_id], {})
    asked = asking.read(panel, [row.person_id], {}, over, AtAccounts(at))
    own = {n: v[row.person_id] for n, v in panel.verdicts(*asked, at=at).items() if row.person_id in v}
    decided = decided_about(row.person, subject_of(None, over.get(row.person_id), terms), current.version, own, current, at)
    if decided.decision.steps:
        scored = panel.scored(*asked, [row.person_id], at=at).get(row.person_id)
        admitted = with_score(replace(decided, decision=replace(decided.decision, at=at, waits=False)), scored)
        remember({row.person_id: admitted.decision.look_at}, [row.person_id], claimed)
        advance([(lead, admitted) for lead in open_together([admitted], at)], at)
    Waiting.objects.filter(pk=row.pk).update(admitted_at=at)
