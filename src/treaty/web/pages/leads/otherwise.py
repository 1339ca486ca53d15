"""Decisions that stand although the definition would decide otherwise by what is known today, as a list."""

from collections.abc import Sequence
from datetime import timedelta

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.duck import TookTooLong
from treaty.qualification.otherwise import Otherwise, otherwise
from treaty.truth.models import StageMove
from treaty.truth.queries import leads
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.leads.lists import account_link, moment
from treaty.web.pieces import Empty, Faint, Link, Piece

PATH = "/leads/otherwise/"
LATELY, MOST = timedelta(days=90), 5_000
"""Steps so old are looked at, of so many leads at most, the latest first."""


@require_GET
@page
def list_otherwise(here: Here) -> HttpResponseBase:
    """Of the leads this member may see those that a definition moved lately."""
    moved = StageMove.objects.filter(how=StageMove.How.DEFINITION, withdrawn_at=None, at__gte=here.at - LATELY).values("lead")
    asked = list(leads(here.member).filter(pk__in=moved).order_by("-stage_since", "pk")[:MOST])
    try:
        rows = otherwise(asked, at=here.at)
    except TookTooLong:
        empty = Empty(title="This took too long", words="So many leads cannot be judged again at once: try again.")
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty))
    return listing.show(
        here, KIND, rows, title=_title(rows), lede=_lede(len(asked)),
        crumbs=[Link("Leads", "/leads/"), Link("Would be judged otherwise", "")],
    )  # fmt: skip


def _title(rows: Sequence[Otherwise]) -> str:
    n = len(rows)
    return f"{formats.capital(formats.spell(n, 'decision'))} would be otherwise today" if n else "Every decision would be the same today"


def _lede(asked: int) -> str:
    said = f"{formats.count(asked, 'lead')} that a definition moved in the last 90 days {'was' if asked == 1 else 'were'} judged again."
    return f"{said} What was decided stands: sales was told, and the figures say so."


def _held(row: Otherwise, here: Here) -> Piece:
    return moment(row.held_at, here) if row.held_at else Faint("not then")


KIND: Kind[Otherwise] = Kind(
    name="decisions that would be otherwise",
    path=PATH,
    href=lambda row: f"/leads/{row.lead.key}/",
    fields=(
        Field(words="Person", key="person", value=lambda row: str(row.lead.person)),
        Field(
            words="Account",
            value=lambda row: str(row.lead.person.account or ""),
            show=lambda row, _: account_link(row.lead.person.account),
        ),
        Field(words="Became", key="stage", value=lambda row: row.stage, show=lambda row, _: words(row.stage)),
        Field(words="On", key="at", value=lambda row: row.at, show=lambda row, here: moment(row.at, here), is_short=True),
        Field(words="Would have been", key="held", value=lambda row: row.held_at, show=_held, is_short=True),
        Field(words="Owner", value=lambda row: row.lead.owner.name, show=lambda row, _: who(row.lead.owner)),
    ),
    empty=Empty(
        title="Every decision would be the same today",
        words="One is listed here when touches come late, a value is corrected, or records are made one or parted after it.",
        steps=[Link("Open the leads", "/leads/", is_go=True)],
    ),
)
