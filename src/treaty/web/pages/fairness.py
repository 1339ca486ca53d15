"""Who takes how many turns, who is next and why, who is away; and every turn of the ledger, decided once more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from treaty.engine.measuring import kept_rows
from treaty.funnel.frame import Frame
from treaty.handoff import measures
from treaty.handoff.queries import Standing as PoolStanding
from treaty.handoff.queries import Turn, standings, turns
from treaty.handoff.rules import Candidate
from treaty.moments import to_us
from treaty.team.models import Absence, Member
from treaty.team.queries import sees_every_lead
from treaty.truth.queries import leads
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import here_frame, nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.queue.brief import with_pools
from treaty.web.pieces import Column, Empty, Faint, Piece, Row, Standing, Strong, Table

MOST = 50
SOON = timedelta(days=30)
COLUMNS = (
    Column("Member"),
    Column("Weight", is_number=True),
    Column("Turns taken", is_number=True),
    Column("Share by weight", is_number=True),
    Column("Count of the round", is_number=True),
    Column("Now"),
)


@require_GET
@page
def fairness(here: Here) -> HttpResponseBase:
    """The same for everyone: how leads are shared is no secret."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    pools = standings(frame.terms, here.at)
    members = {member.email: member for member in Member.objects.filter(email__in={one.email for pool in pools for one in pool.candidates})}
    ledger = turns(MOST)
    seen = _seen(here, ledger)
    return listing.show(
        here,
        _kind(members, seen),
        ledger,
        title=_title(ledger),
        template="treaty/fairness.html",
        lede="Each pool gives the next lead to whoever is furthest behind their weight; those who are away are passed over.",
        pools=[(_head(pool), _next(pool, members), _pool(frame, pool, members)) for pool in pools],
        away=list(_away(here)),
        ledger_note=f"The latest {MOST} turns, newest first",
    )


def _title(ledger: list[Turn]) -> str:
    if not ledger:
        return "No turn was taken yet"
    agree = sum(turn.agrees for turn in ledger)
    if agree == len(ledger):
        return f"All of the last {formats.spell(len(ledger), 'turn')} went to whoever was next"
    return f"{formats.n_of(agree, len(ledger))} turns went to whoever was next by the ledger"


def _head(pool: PoolStanding) -> str:
    return f"{formats.capital(words(pool.pool))}, {'one turn each' if pool.equal else 'by capacity'}"


def _pool(frame: Frame, pool: PoolStanding, members: dict[str, Member]) -> Table:
    """Turns since the agreement began against the share by weight; the count of the round is what decides."""
    taken = _taken(frame, pool.pool)
    total = sum(taken.get(members[one.email].pk, 0) for one in pool.candidates if one.email in members)
    rows = [_row(pool, one, members, taken, total) for one in pool.candidates]
    foot = Row(["All", "", formats.number(total), "", "", ""])
    return Table(columns=COLUMNS, rows=rows, foot=foot, caption=f"Turns in {words(pool.pool)}")


def _taken(frame: Frame, pool: str) -> dict[int, int]:
    span = (to_us(frame.began_at), frame.period("year").us[1])
    rows = kept_rows(frame.lake, ("turns", span), lambda: measures.turns(frame.lake, span))
    return {row["owner_id"]: row["n"] for row in rows if row["pool"] == pool}


def _row(pool: PoolStanding, one: Candidate, members: dict[str, Member], taken: dict[int, int], total: int) -> Row:
    member = members.get(one.email)
    n = taken.get(member.pk, 0) if member else 0
    name: Piece = who(member) if member else one.email
    due = formats.decimal(total * pool.share(one), 1)
    return Row(
        [name, "1" if pool.equal else formats.number(one.weight), formats.number(n), due, formats.number(one.taken), _now(pool, one)]
    )


def _now(pool: PoolStanding, one: Candidate) -> Piece:
    if one.away:
        return Faint(one.away)
    if one.room is not None and one.room <= 0:
        return Faint("holds as many leads as agreed")
    return Standing("kept", "next") if one.email == pool.next else ""


def _next(pool: PoolStanding, members: dict[str, Member]) -> Piece:
    """Who is next, and by which numbers."""
    if not pool.next:
        return ("Nobody in this pool can take a lead now; the route goes on to its next rule.",)
    chosen = next(one for one in pool.candidates if one.email == pool.next)
    member = members.get(pool.next)
    name: Piece = who(member) if member else pool.next
    weight = 1 if pool.equal else chosen.weight
    there = f"({chosen.taken} + 1) / {weight}" if weight != 1 else f"{chosen.taken} + 1"
    return (Strong("Next is "), name, f": with this turn they would stand at {there}, the least of those who are here.")


def _away(here: Here) -> Iterable[Row]:
    """Who takes no lead now or within a month. Reasons are their own."""
    rows = Absence.objects.filter(Q(ends_at=None) | Q(ends_at__gt=here.at), starts_at__lt=here.at + SOON, member__is_active=True)
    for row in rows.select_related("member").order_by("starts_at", "member__name"):
        until = _day(here, row.ends_at) if row.ends_at else Faint("until they are back")
        yield Row(
            [
                who(row.member),
                _day(here, row.starts_at),
                until,
                Faint("takes no new leads") if row.starts_at <= here.at else Faint("coming"),
            ]
        )


def _day(here: Here, at: datetime) -> str:
    return formats.day(at.astimezone(here.viewer.zone).date(), here.at.astimezone(here.viewer.zone).date(), here.viewer.manner)


def _seen(here: Here, ledger: list[Turn]) -> set[int]:
    ids = {turn.assignment.lead_id for turn in ledger}
    return ids if sees_every_lead(here.member) else set(leads(here.member).filter(pk__in=ids).values_list("pk", flat=True))


def _kind(members: dict[str, Member], seen: set[int]) -> Kind[Turn]:
    def lead(turn: Turn) -> str:
        return str(turn.assignment.lead.person) if turn.assignment.lead_id in seen else "a colleague’s lead"

    def again(turn: Turn) -> str:
        found = members.get(turn.again)
        return found.name if found else turn.again

    return Kind(
        name="routing ledger",
        path="/fairness/",
        sort="-at",
        href=lambda turn: f"/leads/{turn.assignment.lead.key}/" if turn.assignment.lead_id in seen else "",
        fields=(
            Field(words="Lead", value=lead),
            Field(words="When", key="at", value=lambda turn: turn.assignment.starts_at, show=_when, is_short=True),
            Field(
                words="Pool",
                key="pool",
                value=lambda turn: turn.assignment.pool,
                show=lambda turn, _: formats.capital(words(turn.assignment.pool)),
            ),
            Field(words="Turn", value=lambda turn: turn.assignment.turn, is_number=True),
            Field(
                words="Went to", key="owner", value=lambda turn: turn.assignment.owner.name, show=lambda turn, _: who(turn.assignment.owner)
            ),
            Field(words="Decided again", value=again, show=lambda turn, _: _check(turn, again(turn))),
            Field(words="Why", value=lambda turn: "; ".join(turn.assignment.reasons), show=lambda turn, _: Faint(_why(turn, members))),
        ),
        empty=Empty(
            title="No turn was taken yet", words="Each time a pool gives a lead to somebody, the ledger keeps all that decided it."
        ),
        page=MOST,
    )


def _when(turn: Turn, here: Here) -> Piece:
    return formats.short(turn.assignment.starts_at, here.viewer, here.at)


def _check(turn: Turn, again: str) -> Standing:
    if turn.agrees:
        return Standing("kept", "the same")
    return Standing("late", f"{again} would have been next" if again else "cannot be decided from its row", now=True)


def _why(turn: Turn, members: dict[str, Member]) -> str:
    """The reasons as they were written, with names for addresses."""
    said = "; ".join(str(reason) for reason in turn.assignment.reasons)
    for email, member in members.items():
        said = said.replace(email, member.name)
    return with_pools(said, [turn.assignment.pool])


urlpatterns = [path("fairness/", fairness)]
