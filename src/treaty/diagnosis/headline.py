"""The report's first sentences: what the files show, with its figure, before any chart."""

from treaty.diagnosis.report import Dimension, Finding, Pile, Report, Step
from treaty.diagnosis.say import count, days, listed, money, percent
from treaty.diagnosis.tables import Table
from treaty.shares import wilson

COSTS_DEALS = ("never_contacted", "slow", "ownerless", "rejected_without_reason", "stuck", "stage_skipped", "money_at_stake")
"""Findings about how leads and deals are worked; all others are about how far the figures can be trusted."""

_ENOUGH = 30
_SPANS = {
    "first_contact_to_won_days": ("First contact to won", "half of them within {} of the first contact"),
    "created_to_won_days": ("Created to won", "half of them within {}"),
    "created_to_first_sales_activity_days": ("Lead to first answer", ""),
    "opened_to_won_days": ("Opened to won", "half of them within {}"),
    "opened_to_lost_days": ("Opened to lost", ""),
}


def headline(report: Report) -> str:
    """One sentence with the figure that matters most in these files."""
    won, lost = report.opportunities.get("won"), report.opportunities.get("lost")
    if report.funnel and report.funnel[0].stage not in ("opportunity", "customer"):
        first, last = report.funnel[0], report.funnel[-1]
        if last.stage == "customer" and first.count and all(step.is_joined for step in report.funnel):
            share = percent(last.count / first.count)
            return f"{last.count:,} of {count(first.count, 'lead')} were won ({share}){_within(report)}"
        if last.stage != "customer":
            return f"{count(first.count, 'lead')}, and no file tells which were won"
    if won is not None and lost is not None and won.count + lost.count:
        worth = f", for {money(won.value, report.currency)}" if won.value else ""
        decided = won.count + lost.count
        return f"{won.count:,} of {decided:,} decided opportunities were won ({percent(won.count / decided)}){worth}"
    if won is not None and won.count:
        return f"{count(won.count, 'opportunity')} won{_within(report)}"
    return "These files show no way from lead to deal yet"


def _within(report: Report) -> str:
    for name in ("first_contact_to_won_days", "created_to_won_days", "opened_to_won_days"):
        if timed := report.timing.get(name):
            return f", {_SPANS[name][1].format(days(timed.median))}"
    return ""


def share_of_before(step: Step, before: Step) -> str:
    """What share of the step before came this far; of counts that no column joins there is none."""
    if not step.is_joined:
        return f"no column joins them with {stage_name(before.stage).lower()}"
    return f"{percent(step.count / before.count)} of {stage_name(before.stage).lower()}" if before.count else ""


def lede(report: Report) -> str:
    """What was read, and up to when it reaches."""
    tables = [table for table in report.tables if table.kind != "other"]
    if not tables:
        return f"{count(len(report.tables), 'file')} could be read, but no column says what its rows are: the columns are listed below."
    read, rejected = sum(t.read for t in tables), sum(t.rejected for t in tables)
    until = f", up to {report.as_of:%-d %B %Y}" if report.as_of else ""
    refused = f"; {count(rejected, 'row')} could not be read and are listed below" if rejected else "; every row could be read"
    return f"{count(read, 'row')} of {count(len(tables), 'file')} were read{until}{refused if tables else ''}."


def assumptions(report: Report) -> list[str]:
    """What was taken for granted, so that anyone can object."""
    told = []
    for table in report.tables:
        converted = table.column("converted")
        if converted is not None and table.kind == "leads" and not {"opportunity at", "opportunity id"} & set(table.by_meaning):
            told.append(f"{converted.header} in {table.file} is read as: became a customer.")
        for note in table.notes:
            if any(word in note for word in ("ambiguous", "likely", "Windows", "not UTF-8", "written short")):
                told.append(f"{table.file}: {note}.")
    won = report.opportunities.get("won")
    if won is not None and won.value is not None and not report.currency:
        told.append("Amounts state no currency and are added up as they stand.")
    if report.timing:
        told.append("Times without a zone are taken as written; where one of two is a plain date, whole days are counted.")
    return told


def conversion_title(dimension: Dimension) -> str:
    """Which values stand apart from the rate of all, beyond chance; people are not ranked in a title."""
    of, won = sum(share.count for share in dimension.shares), sum(share.won for share in dimension.shares)
    if not of or dimension.meaning in ("owner", "sdr", "manager"):
        return f"Conversion by {dimension.name}"
    apart = [(wilson(share.won, share.count), share) for share in dimension.shares if share.count >= _ENOUGH]
    apart.sort(key=lambda pair: -abs(pair[1].won - pair[1].count * won / of))  # most deals more or fewer than the average would give
    above = ["(empty)" if share.value is None else share.value for (low, _), share in apart if low > won / of]
    below = ["(empty)" if share.value is None else share.value for (_, high), share in apart if high < won / of]
    if not above and not below:
        return f"Conversion differs by {dimension.name} no more than chance would have it"
    parts = [f"{listed(names[:2])} {side}" for names, side in ((above, "above"), (below, "below")) if names]
    return f"By {dimension.name}: {', '.join(parts)} the {percent(won / of)} of all"


def span_name(name: str) -> str:
    return _SPANS.get(name, (name.replace("_", " "), ""))[0]


def value_told(pile: Pile, currency: str) -> str:
    """`value 1,200 EUR`, or why there is no sum."""
    if pile.value is not None:
        return f"value {money(pile.value, currency)}"
    return "value in several currencies, not added up" if pile.is_mixed else "value not recorded"


def stage_name(stage: str) -> str:
    return stage.replace("_", " ").capitalize()


def parted(report: Report) -> tuple[list[Finding], list[Finding]]:
    """Findings that cost deals, and findings that cost trust in the figures."""
    deals = [finding for finding in report.findings if finding.id in COSTS_DEALS]
    return deals, [finding for finding in report.findings if finding.id not in COSTS_DEALS]


def columns_told(table: Table) -> str:
    """`origin = source, mql_id = lead id`."""
    return listed([f"{header} = {meaning}" for header, meaning in table.headers.items() if meaning]) or "none recognised"
