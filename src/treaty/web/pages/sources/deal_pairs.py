"""Deals of two systems that may be one: listed beside what differs, two side by side, answered by RevOps and taken back."""

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.team.models import Role
from treaty.truth import deal_pairs as queries
from treaty.truth.actions import pairing
from treaty.truth.alike_deals import ENOUGH
from treaty.truth.models import DealProposal, Opportunity
from treaty.truth.reconciling import Compared
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Standing, Strong, Table
from treaty.web.replies import Incomplete, carried_out
from treaty.web.rights import is_steward, only
from treaty.web.sections import Section

PATH = "/deal-pairs/"
LIST = "/sources/reconciliation/?what=opportunities"
SAID = {"open": "To be answered", "merged": "One deal", "different": "Two deals"}
TOLD = "Told by"
RULES = {"company": "Company", "amount": "Amount", "close": "Day of the close", "name": "Name", "outcome": "Outcome"}


def section(here: Here, compared: Compared) -> list[Section]:
    """The pairs of two systems, where deals are compared; none with Treaty itself, which has every deal that a system has."""
    one, other = compared.here.source, compared.there.source
    if one is None or other is None or compared.what in ("people", "leads", "accounts"):
        return []
    rows = queries.pairs(here.member, one, other)
    says: list[Piece] = ["Both systems may have the same deal without an id that says so. Nothing is made one before it is answered."]
    return [Section(id="pairs", title="Deals that may be one", says=says, kind=_kind(), rows=rows)]


def _kind() -> Kind[DealProposal]:
    return Kind(
        name="deals that may be one",
        path=PATH,
        href=lambda asked: f"{PATH}{asked.key}/",
        fields=(
            Field(words="Deals", value=lambda asked: f"{asked.one} and {asked.other}"),
            Field(words="What speaks for it", value=_speaks, show=lambda asked, _: formats.capital(_speaks(asked))),
            Field(words="Points", value=_points, is_number=True),
            Field(words="Answer", value=lambda asked: SAID[asked.answer]),
        ),
        empty=Empty(title="No two deals look like one", words="The worker looks every ten minutes."),
    )


def _speaks(asked: DealProposal) -> str:
    return "; ".join(line.found for line in pairing.lines_of(asked) if line.points > 0)


def _points(asked: DealProposal) -> int:
    return int(asked.evidence.get("points", 0))


def pair_of(here: Here, key: str) -> DealProposal:
    """A pair this member may see; for everybody else there is none."""
    found = queries.pair(here.member, key)
    if found is None:
        raise Http404
    return found


@require_GET
@page
def deal_pair(here: Here, key: str) -> HttpResponseBase:
    asked = pair_of(here, key)
    context = {
        "title": f"{asked.one} and {asked.other}",
        "eyebrow": _standing(here, asked),
        "lede": "Two systems tell of these deals, and no id says whether they are one.",
        "crumbs": [Link("Sources", "/sources/"), Link("Reconciliation", LIST), Link("Deals that may be one", "")],
        "own": f"{PATH}{asked.key}/",
        "is_open": asked.answer == "open",
        "may_answer": is_steward(here.member),
        "table": _values(here, asked),
        "evidence": _evidence(asked),
    }
    return render(here.request, "treaty/deal_pair.html", extra(here, **context))


def _standing(here: Here, asked: DealProposal) -> Piece:
    if asked.answered_at is None:
        return Standing("soon", "to be answered")
    when = formats.short(asked.answered_at, here.viewer, here.at)
    return Standing("kept", f"{SAID[asked.answer].lower()}, by {asked.answered_by or 'somebody who left'}, {when}")


def _values(here: Here, asked: DealProposal) -> Table:
    told = queries.told_by((asked.one_id, asked.other_id))
    fields: tuple[tuple[str, Callable[[Opportunity], str]], ...] = (
        ("Name", lambda deal: deal.name),
        ("Account", lambda deal: str(deal.account or "")),
        ("Stage", lambda deal: words(deal.stage)),
        ("Outcome", lambda deal: deal.outcome),
        ("Amount", lambda deal: _amount(deal, here)),
        ("Day of the close", lambda deal: _day(deal.closed_at.date() if deal.closed_at else deal.close_on, here)),
        ("Owner", lambda deal: deal.owner.name if deal.owner else ""),
        (TOLD, lambda deal: ", ".join(f"{source} {number}" for source, number in told[deal.pk])),
    )
    rows = [_row(name, get(asked.one), get(asked.other)) for name, get in fields]
    columns = [Column("What"), Column("First"), Column("Second")]
    return Table(columns=columns, rows=rows, caption="Both side by side")


def _amount(deal: Opportunity, here: Here) -> str:
    if deal.amount is None:
        return ""
    return formats.money(deal.amount, deal.currency, here.viewer.manner) if deal.currency else f"{deal.amount:,.2f}"


def _day(on: date | None, here: Here) -> str:
    return formats.day_words(on, here.at.date()) if on else ""


def _row(name: str, one: str, other: str) -> Row:
    differs = name != TOLD and bool(one and other and one != other)
    head: Piece = Standing("below", f"{name} differs") if differs else name
    return Row((head, *((Strong(value) if differs else value) if value else Faint("nothing said") for value in (one, other))))


def _evidence(asked: DealProposal) -> Table:
    rows = [Row((RULES.get(line.rule, line.rule), formats.capital(line.found), f"{line.points:+d}".replace("-", "−")))
            for line in pairing.lines_of(asked)]  # fmt: skip
    foot = Row(("In all", f"proposed from {ENOUGH} on", str(_points(asked))))
    columns = [Column("Compared"), Column("Found"), Column("Points", is_number=True)]
    return Table(columns=columns, rows=rows, foot=foot, caption="What speaks for it, and against")


ANSWERS = {"same": (pairing.make_one, "are one deal: one of them is counted"), "different": (pairing.keep_apart, "are two deals")}


@require_POST
@page
@only(Role.REVOPS)
def answer(here: Here, key: str) -> HttpResponse:
    asked = pair_of(here, key)

    def do() -> str:
        said = here.request.POST.get("answer", "")
        if said not in ANSWERS:
            raise Incomplete(f"{said!r} is no answer: say same or different")
        act, outcome = ANSWERS[said]
        act(asked, by=here.member, at=here.at)
        return f"{asked.one} and {asked.other} {outcome}."

    return carried_out(here, do, f"{PATH}{key}/")


@require_POST
@page
@only(Role.REVOPS)
def undo(here: Here, key: str) -> HttpResponse:
    """The answer is taken back, and it is asked again."""
    asked = pair_of(here, key)

    def do() -> str:
        pairing.ask_again(asked, by=here.member, at=here.at)
        return f"Whether {asked.one} and {asked.other} are one is asked again."

    return carried_out(here, do, f"{PATH}{key}/")
