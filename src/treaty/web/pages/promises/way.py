"""From the deciding fact to the first contact: whose time it was, and which first contacts came later."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q

from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.plan.answers import Prompt
from treaty.sla import measures as sla
from treaty.sla.promises import MOST, Contact
from treaty.team.models import Absence
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Lead
from treaty.truth.queries import leads
from treaty.web import charts, formats
from treaty.web.figures import period_words, records
from treaty.web.here import Here
from treaty.web.pieces import Column, Faint, Figure, Listing, Piece, Row, Table, Who

STRETCHES = (
    ("Until we had the fact", "Source", "the system that saw it"),
    ("Until the owner was told", "Treaty", "judging, routing, the brief"),
    ("Until the first contact", "Sales", "reading and calling, nights included"),
)
CROWD = timedelta(minutes=30)
MANY = 3
SHOWN = 12


def stretches(frame: Frame, period: Period) -> list[Mapping[str, Any]]:
    """source, system, human: (n, mean_us, median_us, p90_us); empty without a first contact."""
    promise = frame.terms.promise_that("first_contact")
    rows = kept_rows(frame.lake, ("way", promise, period.us), lambda: sla.way(frame.lake, promise, period.us))
    return sorted((row for row in rows if row["n"]), key=lambda row: row["stretch"])


def drawing(frame: Frame, period: Period, rows: Sequence[Mapping[str, Any]]) -> charts.Drawing:
    """One bar of means: they add up, medians would not."""
    lengths = [timedelta(microseconds=round(row["mean_us"])) for row in rows]
    parts = [
        charts.Stretch(
            name=STRETCHES[place][0], waiting=length / timedelta(minutes=1), working=0, words=_length(length), starts_clock=place == 2
        )
        for place, length in enumerate(lengths)
    ]
    whole = sum(lengths, timedelta())
    title = f"The way from the deciding fact to the first contact takes {_length(whole)} on average"
    counted = formats.count(rows[0]["n"], "lead")
    note = f"Mean of the {counted} contacted in {period_words(period, frame)}, on the wall clock."
    return charts.waiting_line(charts.Waiting(stretches=parts, first="Deciding fact"), charts.Caption(title=title, note=note))


def table(period: Period, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = [Column("Stretch"), Column("Whose"), Column("What happens"), *(Column(name, is_number=True) for name in HEADS)]
    lines = [Row([STRETCHES[place][0], _whose(place), Faint(STRETCHES[place][2]), *_figures(row)]) for place, row in enumerate(rows)]
    counted = Figure(formats.number(rows[0]["n"]), records("first_contact", period))
    foot = Row(["The whole way", "", "", counted, "", "", _us(sum(row["mean_us"] for row in rows))])
    return Table(columns=columns, rows=lines, foot=foot, caption="The way, stretch by stretch")


HEADS = ("Leads", "Median", "9 in 10 within", "Mean")


def _whose(place: int) -> Piece:
    return Who("sales", "Sales") if place == 2 else STRETCHES[place][1]


def _figures(row: Mapping[str, Any]) -> list[str]:
    return [formats.number(row["n"]), _us(row["median_us"]), _us(row["p90_us"]), _us(row["mean_us"])]


def _us(us: float) -> str:
    return _length(timedelta(microseconds=round(us)))


def _length(length: timedelta) -> str:
    return formats.duration(length, in_days=True)


def dots(frame: Frame, found: Prompt) -> charts.Drawing | None:
    """One mark is one first contact of the running month; past MOST the latest."""
    if found.now is None or not found.contacts or found.now.promise.within is None:
        return None
    promised = found.now.promise.within.span
    kept = sum(contact.is_kept for contact in found.contacts)
    strip = charts.Dots(
        took=[contact.took for contact in found.contacts],
        promised=promised,
        promised_words=f"promised: {found.now.promise.within}",
        promised_short=f"{formats.duration(promised)} promised",
        unit=timedelta(hours=1) if promised >= timedelta(hours=2) else timedelta(minutes=1),
        unit_words="h" if promised >= timedelta(hours=2) else "min",
    )
    half = sorted(contact.took for contact in found.contacts)[len(found.contacts) // 2]
    when = period_words(found.now.period, frame)
    which = f"The latest {MOST}" if len(found.contacts) == MOST else f"{len(found.contacts)}"
    time = "working time" if found.now.promise.needs_calendar else "time"
    title = f"{formats.capital(formats.n_of(kept, len(found.contacts)))} first contacts made in {when} came in time"
    moved = found.now.value.parts.get("moved", 0)
    gone = f" {formats.capital(formats.spell(moved))} more went to a colleague when the time ran out." if moved else ""
    note = f"{which} first contacts, by {time} taken. Half came within {formats.duration(half)}. One mark is one lead.{gone}"
    return charts.dot_strip(strip, charts.Caption(title=title, note=note))


def later(here: Here, found: Prompt) -> Table | None:
    """First contacts that came after the promised time, with what the record says; nobody is named."""
    late = [contact for contact in found.contacts if not contact.is_kept][:SHOWN]
    if found.now is None or not late:
        return None
    known = Lead.objects.select_related("person").in_bulk([contact.lead_id for contact in late])
    seen = set(known) if sees_every_lead(here.member) else set(leads(here.member).filter(pk__in=known).values_list("pk", flat=True))
    rows = [
        _late_row(here, contact, known[contact.lead_id], found, contact.lead_id in seen) for contact in late if contact.lead_id in known
    ]
    columns = [Column("Lead"), Column("Clock began", is_short=True), Column("Took", is_number=True), Column("What the record says")]
    query = {"period": [found.now.period.first_on.isoformat()], "is": ["not_kept"]}
    return Table(
        columns=columns,
        rows=rows,
        caption="First contacts that came later",
        listing=Listing(path=f"/promises/{found.now.promise.id}/", query=query, downloads=("csv",)),
    )


def _late_row(here: Here, contact: Contact, lead: Lead, found: Prompt, is_seen: bool) -> Row:
    name: Piece = Figure(str(lead.person), f"/leads/{lead.key}/") if is_seen else Faint("a colleague’s lead")
    began = formats.short(contact.starts_at, here.viewer, here.at)
    return Row([name, began, formats.duration(contact.took), Faint(why(contact, found.contacts))])


def why(contact: Contact, others: Sequence[Contact]) -> str:
    """What stood around a late contact, from the record: how many were due together, an absence, nothing."""
    if contact.due_at is None:
        return ""
    together = sum(
        one.owner_id == contact.owner_id and one.due_at is not None and abs(one.due_at - contact.due_at) <= CROWD for one in others
    )
    if together >= MANY:
        return f"{together} leads were due within the same hour"
    covers = Q(starts_at__lte=contact.due_at) & (Q(ends_at=None) | Q(ends_at__gt=contact.starts_at))
    if Absence.objects.filter(covers, member=contact.owner_id).exists():
        return "the owner was away"
    return "nothing else is on record"
