"""Ask the definitions of a version about some people: what is read for it, and the answers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa
from django.db.models import QuerySet

from treaty.agreement.models import Version
from treaty.moments import to_us
from treaty.prepared import prepared
from treaty.qualification import rows
from treaty.qualification.decide import Verdict
from treaty.qualification.panel import ROUTE, Name, Panel, panel_of
from treaty.qualification.settled import AtAccounts
from treaty.truth.models import Lead


def verdicts_of(panel: Panel, ids: Collection[int], leads: dict[int, Lead], at: datetime) -> dict[Name, dict[int, Verdict]]:
    """Every definition of a panel, asked about these people."""
    return panel.verdicts(*read(panel, ids, leads, ended(ids, leads), AtAccounts(at)), at=at)


class Asked(NamedTuple):
    """What the definitions look at, in the shapes of `schemas`."""

    touches: pa.Table
    facts: pa.Table
    turns: pa.Table


def read(panel: Panel, ids: Collection[int], leads: Mapping[int, Lead], over: Mapping[int, datetime], at_accounts: AtAccounts) -> Asked:
    """The rows of these people alone; of their colleagues what came of the clauses that count everybody's touches.

    leads: those open. over: see `ended`. A person's touches before its return, or until their last lead ended, no longer count for them.
    """
    accounts = rows.accounts_of(ids)
    floors = {pk: to_us(lead.evidence_from) for pk, lead in leads.items() if lead.evidence_from is not None}
    floors |= {pk: to_us(at) + 1 for pk, at in over.items()}
    turns = at_accounts.table(panel.accounts, accounts)
    return Asked(rows.touches_of(ids, panel.kinds, floors, texts=panel.texts), rows.facts_of(ids, accounts), turns)


def ended(ids: Iterable[int], leads: Mapping[int, Lead]) -> dict[int, datetime]:
    """By person of whom no lead is open, when their last one ended; nothing for those who never had one."""
    people = set(ids) - leads.keys()
    return {pk: at for pk, at in _ended(people) if at is not None} if people else {}


@prepared
def _ended(people: Collection[int]) -> QuerySet[Lead, tuple[int, datetime | None]]:
    return Lead.objects.filter(person__among=people, closed_at__isnull=False).order_by("closed_at").values_list("person_id", "closed_at")


def route_rules_holding(leads: Sequence[Lead], *, at: datetime) -> dict[int, frozenset[int]]:
    """By lead, the positions of its route's rules whose `when` holds for its person now. Leads come with their versions."""
    by_version: dict[Version, list[Lead]] = defaultdict(list)
    for lead in leads:
        by_version[lead.version].append(lead)
    found = {lead.pk: frozenset[int]() for lead in leads}
    for version, some in by_version.items():
        panel = panel_of(version)
        if any(name[0] == ROUTE for name in panel.conditions):
            verdicts = verdicts_of(panel, [lead.person_id for lead in some], {}, at)
            found |= {lead.pk: _holding(verdicts, lead.person_id) for lead in some}
    return found


def _holding(verdicts: dict[Name, dict[int, Verdict]], person: int) -> frozenset[int]:
    return frozenset(
        int(position)
        for (kind, position), by_person in verdicts.items()
        if kind == ROUTE and (verdict := by_person.get(person)) and verdict.holds
    )
