"""The joint audit: from recognised tables to one report both teams can read."""

from collections.abc import Iterator

from treaty.diagnosis import leaks_data, leaks_deals, leaks_joins, leaks_leads, leaks_twice
from treaty.diagnosis.cases import in_one_case
from treaty.diagnosis.conversion import conversion
from treaty.diagnosis.draw import draw
from treaty.diagnosis.figures import currencies, funnel, opportunities, timing
from treaty.diagnosis.picture import Picture
from treaty.diagnosis.report import Finding, Report
from treaty.diagnosis.stack import stacked
from treaty.diagnosis.tables import Table
from treaty.diagnosis.unseen import unseen

LEAKS = (
    leaks_leads.never_contacted,
    leaks_leads.slow,
    leaks_leads.ownerless,
    leaks_leads.rejected_without_reason,
    leaks_deals.stuck,
    leaks_deals.overdue,
    leaks_deals.stage_skipped,
    leaks_deals.money_at_stake,
    leaks_deals.impossible_order,
    leaks_joins.dirty_join,
    leaks_twice.duplicates,
    leaks_data.inconsistent,
    leaks_deals.without_value,
    leaks_data.missing_values,
)
"""In the order they are told: what costs deals first, what costs trust in the figures after it."""


def audit(tables: tuple[Table, ...], unread: tuple[tuple[str, str], ...] = ()) -> Report:
    """Look for every leak the tables can show; never reads a clock, so the same files give the same report.

    tables: recognised, in any order; unread: name and reason of files that are not in them
    """
    picture = draw(in_one_case(stacked(tables)))
    return Report(
        funnel=funnel(picture),
        conversion=conversion(picture),
        timing=timing(picture),
        opportunities=opportunities(picture),
        findings=tuple(_findings(picture)),
        unseen=tuple(unseen(picture)),
        tables=tables,
        currency=(*currencies(picture), "")[0] if len(currencies(picture)) == 1 else "",
        as_of=picture.as_of,
        unread=unread,
    )


def _findings(picture: Picture) -> Iterator[Finding]:
    for leak in LEAKS:
        yield from leak(picture)
