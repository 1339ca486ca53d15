"""From a figure to its records: every figure of a page is asked under one frame, and its address lists what it counts."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from treaty.agreement import words_base
from treaty.agreement.terms_promises import Promise
from treaty.agreement.vocabulary import MEASURES
from treaty.engine.lake import LakeDamaged
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame, frame_of
from treaty.team.models import Member
from treaty.truth.models import Campaign
from treaty.truth.origins import slug
from treaty.web import formats
from treaty.web.formats import Viewer
from treaty.web.here import Here
from treaty.web.pieces import Empty, Link
from treaty.web.rights import is_steward

ONE_DAY = timedelta(days=1)
SHORT = {
    "pipeline_created": "Pipeline created",
    "revenue_closed": "Revenue closed",
    "acceptance_rate": "Leads accepted by sales",
    "win_rate": "Decided opportunities won",
    "first_contact_hours_p90": "Time to the first contact, nine in ten leads",
    "brief_completeness": "Briefs with every agreed part",
    "signal_lift": "Lift of the agreed signals",
    "first_contact": "First contact",
    "disposition": "Answer",
    "contact_attempts": "Attempts",
    "recycled_lead": "Returned lead",
}
"""Measures, duties and answers where there is little room."""
SAID = {"month": "this month", "quarter": "this quarter", "week": "this week", "year": "this year", "day": "today"}
FOUND = {
    "marketing": "Found by marketing",
    "sales_helped": "Found by sales, marketing helped",
    "sales": "Sales alone",
}


def here_frame(here: Here) -> Frame | None:
    """The frame of this request; None before the first export or the first agreement."""
    try:
        lake = here.lake
    except LakeDamaged:
        return None
    return frame_of(lake, here.at) if lake is not None else None


def nothing_yet(here: Here) -> Empty:
    """Why there are no figures: no agreement, or no lake yet; each with the next step."""
    if here.lake is None:
        return Empty(
            title="Figures follow within a minute",
            words="They are computed from what Treaty has recorded. The worker exports it every minute; there is nothing to do.",
            steps=[Link("Look again", here.request.path, is_go=True)],
        )
    people = [Link("Add your people", "/team/new/")] if is_steward(here.member) else []
    return Empty(
        title="No agreement is in force yet",
        words="Figures are held against what both teams promised each other. Draft the agreement, and let both sides sign it.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True), *people, Link("Import data", "/sources/")],
    )


def records(name: str, period: Period | None = None, /, **more: str) -> str:
    """The address of the list behind a figure: `/figures/qualified/?from=2026-03-01&to=2026-03-31`."""
    days = {"from": period.first_on.isoformat(), "to": period.last_on.isoformat()} if period else {}
    query = urlencode({**days, **more})
    return f"/figures/{name}/{'?' + query if query else ''}"


def period_words(period: Period, frame: Frame) -> str:
    """`November`, `this quarter`, `Q3 2026`, `9 to 15 March`."""
    if period.per == "month":
        return formats.month(period.first_on, frame.today)
    if period.per == "quarter":
        return quarter_words(period, frame)
    return str(period.first_on.year) if period.per == "year" else formats.span_of_days(period.first_on, period.last_on, frame.today)


def quarter_words(period: Period, frame: Frame) -> str:
    """`July to September`; with the year when it is another one."""
    first, last = formats.month(period.first_on), formats.month(period.last_on)
    year = "" if period.last_on.year == frame.today.year else f" {period.last_on.year}"
    return f"{first} to {last}{year}"


def uncounted(others: Mapping[str, Decimal], viewer: Viewer, *, without: int, unnamed: int) -> list[str]:
    """What stands beside a sum of deals, in sentences: other currencies, amounts without one, deals without an amount."""
    said = []
    if others:
        amounts = formats.listing([formats.money(amount, currency, viewer.manner) for currency, amount in sorted(others.items())])
        said.append(f"Beside it {amounts} in other currencies, not converted and not in the sum.")
    if unnamed:
        counted = formats.capital(formats.spell(unnamed, "opportunity", "opportunities"))
        said.append(f"{counted} with an amount but no currency: not in the sum until it is named where the amount comes from.")
    if without:
        said.append(f"{formats.capital(formats.spell(without, 'opportunity', 'opportunities'))} without an amount yet.")
    return said


def left_words(left: Mapping[str, Decimal], viewer: Viewer) -> list[str]:
    """A sentence on what is won or opened in other currencies and has no agreed rate, by currency; none where there is nothing."""
    amounts = [formats.money(amount, code, viewer.manner) if code else f"{amount} of no currency" for code, amount in sorted(left.items())]
    said = f"Beside it {formats.listing(amounts)} without an agreed rate of the day: shared as it is, and not in these sums."
    return [said] if amounts else []


def campaign_names(written: Iterable[str]) -> dict[str, str]:
    """What campaigns are called, by what somebody wrote of them; those nobody named are left out. One query, or none."""
    wanted = {one: slug(one) for one in written if one}
    found = dict(Campaign.objects.filter(slug__in=set(wanted.values())).exclude(name="").values_list("slug", "name")) if wanted else {}
    return {one: found[its] for one, its in wanted.items() if its in found}


def words(code: str) -> str:
    """A code of the agreement as people say it: `paid search`, `AI assistant`."""
    return words_base.words(code.replace("-", "_"))


def short_words(promise: Promise) -> str:
    """A promise by a short name in the agreement's words: `Leads accepted by sales`, `Marketing qualified leads`."""
    if duty := promise.do or promise.answer:
        return SHORT.get(duty, formats.capital(words(duty)))
    what = promise.deliver or promise.keep or promise.id
    if what in MEASURES:
        return SHORT.get(what, formats.capital(MEASURES[what].says))
    return f"{formats.capital(words(what))} leads" if promise.deliver else formats.capital(words(what))


def first_name(member: Member) -> str:
    return member.name.split(" ")[0]
