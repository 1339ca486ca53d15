"""Two people side by side: every value with its source and moment, what speaks for their being one, and what would be then."""

from collections.abc import Sequence

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.truth import doubles as queries
from treaty.truth import pairs
from treaty.truth.doubles import Compared, Known, Said
from treaty.truth.models import Lead, Opportunity
from treaty.truth.pairs import Double
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.pages.doubles.lists import PATH
from treaty.web.pages.doubles.words import SHARED, lines_of, probable, times
from treaty.web.pieces import Column, Faint, Link, Piece, Row, Standing, Strong, Table
from treaty.web.rights import is_steward


def pair_of(here: Here, key: str) -> Double:
    """A pair this member may see; for everybody else there is none."""
    found = pairs.double(here.member, key)
    if found is None:
        raise Http404
    return found


@require_GET
@page
def double(here: Here, key: str) -> HttpResponseBase:
    return show(here, pair_of(here, key))


def show(here: Here, pair: Double) -> HttpResponseBase:
    known = queries.known_of(here.member, pair.one), queries.known_of(here.member, pair.other)
    before, after = beside(here, pair)
    context = {
        "title": f"{pair.one} and {pair.other}",
        "eyebrow": _standing(here, pair),
        "lede": _lede(here, pair),
        "crumbs": [Link("Leads", "/leads/"), Link("Who may be one person", PATH), Link(f"{pair.one} and {pair.other}", "")],
        "pair": pair,
        "may_answer": is_steward(here.member),
        "is_open": pair.answer == "open",
        "merge": next((p.merge for p in pair.proposals if p.merge and p.merge.undone_at is None), None),
        "says": _afterwards(here, pair),
        "table": _values(here, pair, *known),
        "evidence": _evidence(pair),
        "before": before,
        "after": after,
    }
    return render(here.request, "treaty/double.html", extra(here, **context))


def beside(here: Here, pair: Double) -> tuple[str, str]:
    """Where the pair before this one and the next are, among those to be answered; empty where there is none."""
    every = pairs.doubles(here.member).keys
    if pair.key not in every:
        return "", f"{PATH}{every[0]}/" if every else ""
    at = every.index(pair.key)
    before, after = every[at - 1 : at] if at else [], every[at + 1 : at + 2]
    return f"{PATH}{before[0]}/" if before else "", f"{PATH}{after[0]}/" if after else ""


def _standing(here: Here, pair: Double) -> Piece:
    last = pair.answered
    if pair.answer == "open" or last is None or last.answered_at is None:
        put_off = [p.put_off_at for p in pair.proposals if p.put_off_at]
        said = f"put off {formats.short(max(put_off), here.viewer, here.at)}" if put_off else "to be answered"
        return Standing("soon", said)
    by = f"by {last.answered_by}" if last.answered_by else "without being asked"
    said = "one person" if pair.answer == "merged" else "two people"
    return Standing("kept", f"{said}, {by}, {formats.short(last.answered_at, here.viewer, here.at)}")


def _lede(here: Here, pair: Double) -> str:
    chance = probable(pair, here)
    if chance:
        return f"{formats.capital(chance)} likely to be one person, by what is said of them."
    what = formats.listing([SHARED[p.rule] for p in pair.proposals if p.rule in SHARED])
    return f"Two records share one {what}. How likely that makes them one person is known after a search for doubles."


def _afterwards(here: Here, pair: Double) -> list[Piece]:
    """What would be if they were one, in sentences."""
    kept, lead = queries.who_goes_on(here.member, pair.one, pair.other)
    since = kept.first_known_at or kept.made_at
    says: list[Piece] = [
        (
            "If they are one, they are known as ",
            Strong(str(kept)),
            f", who was known first, since {formats.short(since, here.viewer, here.at)}.",
        ),
        "Of two values the later is shown; no value, touch, lead or deal is lost, and they can be parted again at any time.",
    ]
    if lead is not None:
        says.append(
            f"Of the two open leads the one of {lead.person} goes on, in {words(lead.stage)} with {lead.owner.name}; the other says so."
        )
    return says


def _values(here: Here, pair: Double, one: Known, other: Known) -> Table:
    rows = [
        _listed("E-mail", one.addresses, other.addresses, here),
        _listed("Telephone", one.numbers, other.numbers, here),
        *(_row(compared, here) for compared in queries.side_by_side(pair.one, pair.other)),
        _listed("Known in", _ids(one), _ids(other), here),
        Row(
            (
                "Leads",
                leads_piece(one.leads, here),
                leads_piece(other.leads, here),
                "both, with their history" if one.leads or other.leads else "",
            )
        ),
        Row(("Deals", deals_piece(one.deals), deals_piece(other.deals), "both" if one.deals or other.deals else "")),
        Row(("Touches", _touches(one, here), _touches(other, here), formats.number(one.touches + other.touches, here.viewer.manner))),
    ]
    columns = [Column("What"), *map(Column, _heads(pair)), Column("As one person")]
    return Table(columns=columns, rows=rows, caption="Both side by side")


def _heads(pair: Double) -> tuple[str, str]:
    """By what two records are told apart in a heading: their names, or their addresses where the names are one."""
    one, other = str(pair.one), str(pair.other)
    return (one, other) if one != other else (pair.one.email or f"{one}, first", pair.other.email or f"{other}, second")


def _row(compared: Compared, here: Here) -> Row:
    name = formats.capital(words(compared.field))
    head: Piece = Standing("below", f"{name} differs") if compared.differs else name
    after: Piece = compared.after.value if compared.after else ""
    if compared.differs:
        after = (after, " ", Faint("the later value"))
    return Row((head, _said(compared.one, here, compared.differs), _said(compared.other, here, compared.differs), after))


def _said(said: Said | None, here: Here, differs: bool) -> Piece:
    if said is None:
        return Faint("nothing said")
    when = formats.short(said.at, here.viewer, here.at) if said.at else ""
    value: Piece = Strong(said.value) if differs else said.value
    return (value, " ", Faint(", ".join(word for word in (said.source, when) if word)))


def _listed(name: str, one: Sequence[str], other: Sequence[str], here: Here) -> Row:
    every = list(dict.fromkeys((*one, *other)))
    return Row((name, ", ".join(one) or Faint("none"), ", ".join(other) or Faint("none"), ", ".join(every)))


def _ids(known: Known) -> list[str]:
    return [f"{source} {value}" for source, value in known.ids]


def leads_piece(leads: Sequence[Lead], here: Here) -> Piece:
    if not leads:
        return Faint("none")
    found: list[Piece] = []
    for lead in leads:
        since = formats.short(lead.stage_since, here.viewer, here.at)
        found += [Link(formats.capital(words(lead.stage)), f"/leads/{lead.key}/"), f" since {since}, with {lead.owner.name}. "]
    return tuple(found)


def deals_piece(deals: Sequence[Opportunity]) -> Piece:
    if not deals:
        return Faint("none")
    found: list[Piece] = []
    for deal in deals:
        found += [Link(str(deal), f"/opportunities/{deal.key}/"), f" {words(deal.stage) or deal.outcome}. "]
    return tuple(found)


def _touches(known: Known, here: Here) -> Piece:
    if not known.touches or known.first_at is None or known.last_at is None:
        return Faint("none")
    first, last = (formats.short(at, here.viewer, here.at) for at in (known.first_at, known.last_at))
    return f"{formats.number(known.touches, here.viewer.manner)}, {first} to {last}"


def _evidence(pair: Double) -> Table:
    """What agrees and what does not, with what each weighs; a shared address or number weighs nothing until people were compared."""
    rows = []
    for proposal in pair.proposals:
        source = f", told by {proposal.source}" if proposal.source else ""
        if proposal.rule in SHARED:
            rows.append(Row((SHARED[proposal.rule].capitalize(), f"both have {proposal.about}{source}", "")))
    matched = max((p for p in pair.proposals if p.probability is not None), key=lambda p: p.pk, default=None)
    for compared, found, bits in lines_of(matched) if matched else ():
        rows.append(Row((formats.capital(compared) or "Before anything is compared", found, times(bits))))
    total = sum(bits for _, _, bits in lines_of(matched)) if matched else 0.0
    foot = Row(("In all", "", times(total))) if matched else None
    columns = [Column("Compared"), Column("Found"), Column("Makes one person", is_number=True)]
    return Table(columns=columns, rows=rows, foot=foot, caption="What speaks for it, and against")
