"""Ask the definitions of a version about some people: what is read for it, and the answers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from treaty.agreement.models import Version
from treaty.moments import to_us
from treaty.qualification import rows
from treaty.qualification.decide import Verdict
from treaty.qualification.panel import ROUTE, Name, Panel, panel_of
from treaty.qualification.settled import AtAccounts
from treaty.truth.models import Lead


def verdicts_of(panel: Panel, ids: Collection[int], leads: dict[int, Lead], at: datetime) -> dict[Name, dict[int, Verdict]]:
    """Every definition of a panel, asked about these people."""
    return panel.verdicts(*read(panel, ids, leads, AtAccounts(at)), at=at)


class Asked(NamedTuple):
    """What the definitions look at, in the shapes of `schemas`."""

    touches: pa.Table
    facts: pa.Table
    turns: pa.Table


def read(panel: Panel, ids: Collection[int], leads: dict[int, Lead], at_accounts: AtAccounts) -> Asked:
    """The rows of these people alone; of their colleagues what came of the clauses that count everybody's touches."""
    accounts = rows.accounts_of(ids)
    floors = {pk: to_us(lead.evidence_from) for pk, lead in leads.items() if lead.evidence_from is not None}
    turns = at_accounts.table(panel.accounts, accounts)
    return Asked(rows.touches_of(ids, panel.kinds, floors), rows.facts_of(ids, accounts), turns)


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
