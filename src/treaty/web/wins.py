"""A won deal as both teams like to see it: its real way, and everyone who took part, by name."""

from datetime import date, datetime, timedelta

from treaty.engine.periods import local_date
from treaty.funnel.queries import Won
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Opportunity
from treaty.truth.queries import opportunities
from treaty.web import charts, formats
from treaty.web.context import who
from treaty.web.formats import Viewer
from treaty.web.pieces import Figure, Piece, Win

QUICK = timedelta(hours=8)
"""A win praises what went fast; what took longer is for the promises page."""


def pieces(wins: list[Won], member: Member, viewer: Viewer, today: date) -> list[Win]:
    """One piece each; a deal is linked for those who may open it."""
    seen = {won.deal.pk for won in wins}
    if wins and not sees_every_lead(member):
        seen = set(opportunities(member).filter(pk__in=seen).values_list("pk", flat=True))
    return [_win(won, viewer, today, won.deal.pk in seen) for won in wins]


def _win(won: Won, viewer: Viewer, today: date, is_seen: bool) -> Win:
    href = f"/opportunities/{won.deal.key}/" if is_seen else ""
    return Win(
        account=Figure(str(won.deal.account or won.deal), href),
        amount=Figure(amount_of(won.deal, viewer), href),
        drawing=drawing(won, viewer, today),
        story=story(won, viewer, today),
    )


def amount_of(deal: Opportunity, viewer: Viewer) -> str:
    return "no amount" if deal.amount is None else formats.money(deal.amount, deal.currency, viewer.manner)


def drawing(won: Won, viewer: Viewer, today: date) -> charts.Drawing:
    """Marketing's circles and sales' squares, from the first touch to the close."""
    marks = [
        charts.Mark(
            party="marketing" if step.party == "marketing" else "sales",
            at=step.at,
            words=_mark_words(step.says, step.person, step.at, viewer, today),
        )
        for step in won.steps
        if step.party != "both"
    ]
    until = won.deal.closed_at or max((step.at for step in won.steps), default=won.deal.received_at)
    ours = sum(mark.party == "marketing" for mark in marks)
    parts = f"{formats.count(ours, 'touch', 'touches')} of marketing, {formats.count(len(marks) - ours, 'step')} of sales"
    label = f"The way of {won.deal}: {parts}, won"
    return charts.path_line(charts.Path(marks=marks, until=until), charts.Caption(label=label))


def _mark_words(says: str, person: str, at: datetime, viewer: Viewer, today: date) -> str:
    return " · ".join(part for part in (_day(at, viewer, today), says, person) if part)


def _day(at: datetime | None, viewer: Viewer, today: date) -> str:
    if at is None:
        return ""
    return formats.day_words(local_date(at, viewer.zone_name), today)


def story(won: Won, viewer: Viewer, today: date) -> Piece:
    """Who did what, from the record: `Closed 12 March. First seen on 4 September: downloaded …. Mira cared …`."""
    said: list[Piece] = [f"Closed {_day(won.deal.closed_at, viewer, today)}. "]
    if won.first is None:
        return (*said, *_alone(won))
    said.append(f"First seen {_day(won.first.at, viewer, today)}: {won.first.says[:1].lower()}{won.first.says[1:]}. ")
    parts = _parts(won)
    for place, part in enumerate(parts):
        said += [part, ", " if place < len(parts) - 2 else " and " if place == len(parts) - 2 else "."]
    return tuple(said)


def _parts(won: Won) -> list[Piece]:
    """What each did, in the order of the way."""
    parts: list[Piece] = []
    if won.marketer is not None:
        parts.append((who(won.marketer), " brought it to the handoff"))
    if won.caller is not None and won.contact_took is not None:
        quick = f" made contact {formats.duration(won.contact_took)} later" if won.contact_took < QUICK else " made the first contact"
        parts.append((who(won.caller), quick))
    if won.closer is not None:
        parts.append((who(won.closer), " closed it"))
    return parts


def _alone(won: Won) -> list[Piece]:
    if won.closer is None:
        return ["No step of its way is recorded."]
    return [who(won.closer), " found and closed it; no touch of marketing is on record."]
