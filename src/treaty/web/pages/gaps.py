"""Data to complete: leads that lack what their stage asks, with who is to find it out."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from treaty.agreement.queries import terms_at
from treaty.truth.gaps import Gap, gaps, of_house
from treaty.truth.gates import Wanted, words_of
from treaty.truth.models import Account
from treaty.truth.queries import leads
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.leads.lists import account_link, moment
from treaty.web.pieces import Column, Empty, Faint, Figure, Link, Piece, Row, Table


@require_GET
@page
def list_gaps(here: Here) -> HttpResponseBase:
    """`?owner=…&stage=…&field=phone`: this member's leads, or all where they see all."""
    terms = terms_at(here.at)
    if terms is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=_no_agreement()))
    found = gaps(leads(here.member), of_house(terms))
    steps = [Link("What stages ask", "/house/#known-now")]
    return listing.show(
        here, _kind(found), found, title=_title, template="treaty/gaps.html", steps=steps, by_owner=_by_owner(found) if found else None,
        lede="What a stage asks is agreed, or this house’s own rule. What is agreed stops a step until it is known.",
    )  # fmt: skip


def _title(n: int) -> str:
    if not n:
        return "Every open lead has what its stage asks"
    return f"{formats.capital(formats.spell(n, 'lead'))} {'lacks' if n == 1 else 'lack'} what {'its' if n == 1 else 'their'} stage asks"


def _kind(found: Sequence[Gap]) -> Kind[Gap]:
    return Kind(
        name="data to complete",
        path="/gaps/",
        href=lambda gap: f"/leads/{gap.lead.key}/",
        fields=(
            Field(words="Lead", key="name", value=lambda gap: str(gap.lead.person)),
            Field(words="Account", value=lambda gap: str(_account(gap) or ""), show=lambda gap, _: account_link(_account(gap))),
            Field(words="Stage", key="stage", value=lambda gap: words(gap.lead.stage)),
            Field(words="Missing", key="missing", value=lambda gap: "; ".join(map(_said, gap.missing)), show=lambda gap, _: _missing(gap)),
            Field(words="Responsible", key="owner", value=lambda gap: gap.lead.owner.name, show=lambda gap, _: who(gap.lead.owner)),
            Field(
                words="There since", key="since", is_short=True, value=lambda gap: gap.lead.stage_since,
                show=lambda gap, here: moment(gap.lead.stage_since, here),
            ),
        ),
        picks=(
            Pick(key="owner", words="Responsible", options=lambda _: _owners(found), narrow=_of_owner),
            Pick(key="stage", words="Stage", options=lambda _: _stages(found), narrow=_in_stage),
            Pick(key="field", words="Missing", options=lambda _: _fields(found), narrow=_lacking),
        ),
        empty=Empty(
            title="Nothing is missing", words="What stages ask is agreed, or this house’s own rule.",
            steps=[Link("What stages ask", "/house/#known-now", is_go=True)],
        ),
    )  # fmt: skip


def _account(gap: Gap) -> Account | None:
    return gap.lead.person.account


def _said(one: Wanted) -> str:
    return f"{words_of(one.field)} ({one.reason})" if one.reason else words_of(one.field)


def _missing(gap: Gap) -> Piece:
    parts: list[Piece] = []
    for place, one in enumerate(gap.missing):
        parts += [", " if place else "", words_of(one.field), Faint(f" {one.reason}" if one.reason else "")]
    return parts


def _owners(found: Iterable[Gap]) -> list[tuple[str, str]]:
    return sorted({(gap.lead.owner.key, gap.lead.owner.name) for gap in found}, key=lambda pair: pair[1])


def _stages(found: Iterable[Gap]) -> list[tuple[str, str]]:
    return [(stage, formats.capital(words(stage))) for stage in dict.fromkeys(gap.lead.stage for gap in found)]


def _fields(found: Iterable[Gap]) -> list[tuple[str, str]]:
    counts = Counter(one.field for gap in found for one in gap.missing)
    return [(field, f"{formats.capital(words_of(field))}, {formats.count(n, 'lead')}") for field, n in counts.most_common()]


def _of_owner(rows: Iterable[Gap], key: str) -> list[Gap]:
    return [gap for gap in rows if gap.lead.owner.key == key]


def _in_stage(rows: Iterable[Gap], stage: str) -> list[Gap]:
    return [gap for gap in rows if gap.lead.stage == stage]


def _lacking(rows: Iterable[Gap], field: str) -> list[Gap]:
    return [gap for gap in rows if any(one.field == field for one in gap.missing)]


def _by_owner(found: Sequence[Gap]) -> Table:
    """Who is responsible for how many, the most first; every count opens them."""
    counts = Counter(gap.lead.owner for gap in found)
    often = {
        owner: Counter(one.field for gap in found if gap.lead.owner == owner for one in gap.missing).most_common(1)[0] for owner in counts
    }
    rows = [
        Row([who(owner), Figure(formats.number(n), f"/gaps/?owner={owner.key}"), f"{words_of(often[owner][0])}, {often[owner][1]}"])
        for owner, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].name))
    ]
    columns = [Column("Responsible"), Column("Leads", is_number=True), Column("Most often missing")]
    foot = Row(["All", Figure(formats.number(len(found)), "/gaps/"), ""])
    return Table(columns=columns, rows=rows, foot=foot, caption="By who is responsible")


def _no_agreement() -> Empty:
    return Empty(
        title="No agreement is in force yet", words="Its stages say what must be known when.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True)],
    )  # fmt: skip


urlpatterns = [path("gaps/", list_gaps)]
