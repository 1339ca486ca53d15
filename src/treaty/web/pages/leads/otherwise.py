"""Decisions that stand although the definition would decide otherwise by what is known today, as a list."""

from dataclasses import replace
from datetime import timedelta

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.duck import TookTooLong
from treaty.qualification.otherwise import Look, Otherwise, look
from treaty.truth.queries import leads
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.leads.lists import account_link, moment
from treaty.web.pieces import Empty, Faint, Link, Piece

PATH = "/leads/otherwise/"
LATELY = timedelta(days=90)
"""Steps so old are looked at."""
LOOK = 200
"""Leads of one look: somebody waits for it."""


@require_GET
@page
def list_otherwise(here: Here) -> HttpResponseBase:
    """Of the leads this member may see those that a definition moved lately: some at a look, each look behind the one before."""
    seen = leads(here.member)
    after = seen.filter(key=here.request.GET.get("after", "")).first()
    try:
        found = look(seen, since=here.at - LATELY, at=here.at, most=LOOK, after=after)
    except TookTooLong:
        empty = Empty(title="This took too long", words="So many leads cannot be judged again at once: try again.")
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty))
    is_part = after is not None or found.last is not None
    steps = [Link("Look further back", f"{PATH}?after={found.last.key}")] if found.last else []
    steps += [Link("Begin with the latest", PATH)] if after is not None else []
    return listing.show(
        here, replace(KIND, empty=PART) if is_part else KIND, found.found, title=_title(len(found.found), is_part=is_part),
        lede=_lede(found, is_first=after is None), steps=steps, crumbs=[Link("Leads", "/leads/"), Link("Would be judged otherwise", "")],
    )  # fmt: skip


def _title(n: int, *, is_part: bool) -> str:
    if n:
        return f"{formats.capital(formats.spell(n, 'decision'))} {'of these leads ' if is_part else ''}would be otherwise today"
    return SAME_PART if is_part else SAME


def _lede(found: Look, *, is_first: bool) -> str:
    """How many were looked at; that there are more is said where one goes on."""
    were = "was" if found.judged == 1 else "were"
    said = f"{formats.count(found.judged, 'lead')} that a definition moved in the last 90 days {were} judged again."
    if not is_first or found.last is not None:
        among = f"Of the {formats.count(found.looked, 'lead')} that moved {'last' if is_first else 'before those'}"
        said = f"{among}, {formats.number(found.judged)} {were} moved by a definition in the last 90 days and judged again."
    return f"{said} What was decided stands: sales was told, and the figures say so."


def _held(row: Otherwise, here: Here) -> Piece:
    return moment(row.held_at, here) if row.held_at else Faint("not then")


SAME, SAME_PART = "Every decision would be the same today", "Every decision of these leads would be the same today"
WHEN = "One is listed here when touches come late, a value is corrected, or records are made one or parted after it."
PART = Empty(title=SAME_PART, words=WHEN)
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
        title=SAME,
        words=WHEN,
        steps=[Link("Open the leads", "/leads/", is_go=True)],
    ),
)
