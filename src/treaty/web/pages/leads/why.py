"""Why a lead is where it is, as a tree of the agreement's own clauses; short, beside the brief."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.duck import TookTooLong
from treaty.qualification.otherwise import Otherwise, otherwise
from treaty.qualification.why import Cause, Clause, Graded, Way, Why, graded_words, why
from treaty.truth.models import Lead
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.leads.known import anchor
from treaty.web.pages.leads.page import lead_of
from treaty.web.pieces import BriefRow, Faint, Link, Piece, Standing
from treaty.web.plain import plain

MOST_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Node:
    """One clause as the page draws it: its mark, its words, what was found, the touches it rests on, when it turns."""

    mark: Standing
    says: str
    found: str
    unknown: str
    causes: Sequence[Piece]
    turns: str
    below: Sequence["Node"]


@dataclass(frozen=True, slots=True)
class Part:
    """One way into a stage under its sentence."""

    title: str
    note: str
    node: Node


@require_GET
@page
def show(here: Here, key: str) -> HttpResponse:
    """The tree, as a part of the lead's page or as a page of its own; `?short=1` what held, in a few lines."""
    lead = lead_of(here, key)
    is_part = bool(here.request.headers.get("HX-Request"))
    try:
        found, stands = why(lead, here.at), otherwise([lead], at=here.at)
    except TookTooLong:
        return render(
            here.request, "treaty/parts/why.html", extra(here, parts=[], note="This took too long to explain; try again.", key=key)
        )
    if is_part and here.request.GET.get("short"):
        return render(here.request, "treaty/parts/why_short.html", extra(here, rows=short(found), note=short_note(found), lead_key=key))
    says = [otherwise_words(one, here) for one in stands]
    context = extra(here, parts=parts(found, here), note=_note(found, here), otherwise=says, key=key)
    if is_part:
        return render(here.request, "treaty/parts/why.html", context)
    crumbs = [Link("Leads", "/leads/"), Link(str(lead.person), f"/leads/{key}/"), Link("Why it is where it is", "")]
    return render(here.request, "treaty/why.html", {**context, "crumbs": crumbs, "title": title(lead)})


def otherwise_words(one: Otherwise, here: Here) -> str:
    """`Became marketing qualified Tue 12:00: by what is known today that would have been so 10 Mar 10:00, earlier. It stands.`"""
    said = f"Became {plain(one.stage)} {formats.short(one.at, here.viewer, here.at)}: by what is known today"
    if one.held_at is None:
        return f"{said} its definition did not hold then. It stands as it was decided."
    return f"{said} that would have been so {formats.short(one.held_at, here.viewer, here.at)}, earlier. It stands as it was decided."


def title(lead: Lead) -> str:
    return f"Why {lead.person} is {plain(lead.stage)}"


def parts(found: Why, here: Here) -> list[Part]:
    """What brought the lead here first, then what would take it on."""
    reached = [Part(f"Became {plain(way.stage)}", _how(way, here), _node(way.clause, found, here)) for way in found.reached]
    ahead = [Part(f"Towards {plain(way.stage)}, {_path(way)}", _stands(way), _node(way.clause, found, here)) for way in found.ahead]
    return [*reached, *ahead]


def _how(way: Way, here: Here) -> str:
    return f"{_path(way)}, {formats.short(way.at, here.viewer, here.at)}"


def _path(way: Way) -> str:
    return "by a shortcut" if way.way == "shortcut" else "by its definition"


def _stands(way: Way) -> str:
    return "holds now" if way.holds else "does not hold yet"


def _note(found: Why, here: Here) -> str:
    """The version, and what time alone will change."""
    said = [f"Under agreement version {found.version}."]
    if found.rests_until:
        said.append(
            f"It rests until {formats.short(found.rests_until, here.viewer, here.at)}: only a new request for sales wakes it earlier."
        )
    if found.next_at:
        said.append(f"If nothing arrives, this changes next {_when(found.next_at, here)}.")
    if found.graded:
        said.append(_graded(found.graded, here))
    if not found.reached and not found.ahead:
        said.append("No definition brought it here and none leads on: a person moves it.")
    return " ".join(said)


def _graded(graded: Graded, here: Here) -> str:
    """`Grade B2: fit: 20 points, band B (A from 30); engagement: 40 points, band 2 (1 from 60). It turns 4 May 00:00.`"""
    scores = "; ".join(f"{says} ({better})" if better else says for says, better in graded_words(graded))
    turns = f" It turns {_when(graded.next_at, here)}." if graded.next_at else ""
    return f"{f'Grade {graded.grade}' if graded.grade else 'No grade'}: {scores}.{turns}"


def _when(at: datetime, here: Here) -> str:
    return formats.short(at, here.viewer, here.at)


def _node(clause: Clause, found: Why, here: Here) -> Node:
    turns = f"until {_when(clause.next_at, here)}" if clause.next_at and not clause.below and clause.holds else ""
    return Node(
        _mark(clause),
        formats.capital(clause.says),
        clause.found,
        f"not known: {clause.unknown}" if clause.unknown else "",
        _causes(clause.causes, found, here),
        turns,
        [_node(below, found, here) for below in clause.below],
    )


def _mark(clause: Clause) -> Standing:
    """Filled when it serves, open when it does not. A rule of a score only adds to it and has none."""
    if clause.kind == "rule":
        return Standing("", "")
    words = "not known" if clause.unknown else "holds" if clause.holds else "does not hold"
    return Standing("kept" if clause.serves else "below", words)


def _causes(causes: Sequence[Cause], found: Why, here: Here) -> list[Piece]:
    """The latest touches first, each with the way to where it stands on the lead's timeline."""
    shown: list[Piece] = []
    for cause in causes[: -MOST_CAUSES - 1 : -1]:
        moment = f"{_when(cause.at, here)} {cause.says}"
        linked: Piece = moment if cause.person else Link(moment, f"/leads/{found.lead}/?all=1#{anchor(cause.at)}")
        shown.append((linked, Faint(f" {cause.person}")) if cause.person else linked)
    if len(causes) > MOST_CAUSES:
        shown.append(Faint(f"and {len(causes) - MOST_CAUSES} earlier"))
    return shown


def short(found: Why) -> list[BriefRow]:
    """What held when the lead was qualified: one line for each clause, its finding first."""
    leaves = (leaf for way in found.reached for leaf in _held(way.clause))
    graded = found.graded
    grade = (
        [BriefRow(f"Grade {graded.grade}", ", ".join(f"{one.score} {one.points}" for one in graded.scores))]
        if graded and graded.grade
        else []
    )
    return [*(BriefRow(formats.capital(leaf.says), leaf.found) for leaf in leaves), *grade]


def _held(clause: Clause) -> Iterator[Clause]:
    if clause.kind == "none" or not clause.holds:
        return
    if clause.kind in ("all", "any"):
        for below in clause.below:
            yield from _held(below)
    else:
        yield clause


def short_note(found: Why) -> str:
    return f"version {found.version}, {plain(found.reached[0].stage)}" if found.reached else f"version {found.version}"
