"""Beside the form of a part: what the draft as it is being written would have found in the last quarter. Faults say nothing new."""

import time
from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from treaty.agreement.queries import in_force
from treaty.agreement.terms import Terms
from treaty.agreement.yamltext import Unreadable
from treaty.engine.elsewhere import Unfit
from treaty.engine.lake import LakeDamaged, Snapshot
from treaty.engine.limit import TookTooLong
from treaty.pilot.backtest import NoHistory, returns_of
from treaty.pilot.lately import Lately, lately
from treaty.pilot.replayed import NoDefinition, Replayed, of_draft, of_version
from treaty.pilot.shares import Became
from treaty.qualification.replaying import NotReplayable
from treaty.web import awaited, formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.backtest_cells import in_cell
from treaty.web.pages.agreement.drafting import draft_of
from treaty.web.pages.agreement.editing import REPLAYED, as_sent, piece_named
from treaty.web.pieces import Column, Faint, Piece, Row, Strong, Table

QUIET = (NoDefinition, NoHistory, NotReplayable, TookTooLong, awaited.Superseded)
WAIT = 2.5
"""Seconds a look waits for its figures: within the time somebody takes to read what stands there."""
LANE = awaited.Lane(is_latest_only=True)
HELD = 180.0
"""Seconds for which looks are at the same data: what was worked out for them serves while somebody writes, and what a lake has laid goes
when a few newer ones are there."""
NOTHING_NEW = 204
"""The answer that leaves on the page what stands there."""


@require_POST
@page
def while_written(here: Here, key: str, name: str) -> HttpResponse:
    """The figures of the last quarter. What is being counted asks again by itself."""
    draft, piece = draft_of(here, key), piece_named(name)
    try:
        terms, lake = as_sent(here, draft, piece, "").loaded.terms, here.lake
    except (Unreadable, LakeDamaged, Unfit):
        return HttpResponse(status=NOTHING_NEW)
    if terms is None or lake is None or name not in REPLAYED:
        return HttpResponse(status=NOTHING_NEW)
    try:
        work = _work(here, _steady(lake), terms)
        if work.problem is not None:
            raise work.problem
    except QUIET:
        return HttpResponse(status=NOTHING_NEW)
    at = f"/agreement/draft/{key}/"
    context = {"at": at, "piece": piece, "table": _table(work.value, here) if work.value else None, "found": work.value}
    return render(here.request, "treaty/agreement/forms/lately.html", extra(here, **context))


def _steady(newest: Snapshot) -> Snapshot:
    """The data looked at a short while ago, or the newest."""
    held, since = _held.get(newest.folder, (newest, float("-inf")))
    if time.monotonic() - since >= HELD:
        held, _ = _held[newest.folder] = newest, time.monotonic()
    return held


_held: dict[Path, tuple[Snapshot, float]] = {}


def _work(here: Here, lake: Snapshot, terms: Terms) -> awaited.Work[Lately]:
    """Raises NoDefinition."""
    new, old = of_draft(terms), _current(here, terms)
    key = ("lately", str(lake.folder), new.key, tuple(returns_of(terms)), old.key if old else "")
    return awaited.asked(key, lake.version, lambda: lately(lake, new, old), seconds=WAIT, lane=LANE)


def _current(here: Here, terms: Terms) -> Replayed | None:
    """The version in force, where it has the stage at which the draft hands over."""
    row = in_force(here.at)
    try:
        return of_version(row.version, terms.handoff_stage) if row else None
    except NoDefinition:
        return None


def _table(found: Lately, here: Here) -> Table:
    columns = [Column("Of the last 13 weeks"), Column(formats.capital(found.name))]
    sides = [found.new]
    if found.old is not None:
        columns.append(Column(formats.capital(found.old_name)))
        sides.append(found.old)

    def row(words: str, cell: Callable[[Became], Piece]) -> Row:
        return Row([words, *(cell(side) for side in sides)])

    manner = here.viewer.manner
    rows = [
        row("People found", lambda side: Strong(formats.number(side.people, manner))),
        row("A week", lambda side: formats.decimal(side.people / max(found.weeks, 1 / 7), 1, manner)),
        row("Accepted", lambda side: in_cell(side.accepted, here)),
        row("Won", lambda side: in_cell(side.won, here)),
    ]
    if found.old is not None:
        rows.append(Row(["Found by both", formats.number(found.both, manner), Faint("the same")]))
        rows.append(Row(["By it alone", formats.number(found.only_new, manner), formats.number(found.only_old, manner)]))
    return Table(columns=columns, rows=rows, caption="What the draft would have found in the last 13 weeks")
