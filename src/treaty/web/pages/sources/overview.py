"""All sources, how fresh each is, and whether the machinery behind them lives."""

from collections.abc import Iterable
from datetime import timedelta

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.agreement.base import Duration
from treaty.connectors.queries import Heard, heard, imports
from treaty.jobs import health, stuck
from treaty.jobs.health import Standing as Well
from treaty.truth.reconciling import agreed_limits, limit_of
from treaty.web import formats, listing
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.imports.history import import_rows
from treaty.web.pieces import Empty, Faint, Figure, Link, Piece, Standing
from treaty.web.rights import brings_data, is_steward

KINDS = {
    "browser": "Web site", "server": "Server", "form": "Web form", "import": "Files", "connector": "Connected system",
    "enrichment": "Enrichment",
    "manual": "Entered here",
}  # fmt: skip


@require_GET
@page
def sources(here: Here) -> HttpResponseBase:
    """Every member may know where the figures come from; who brings data also sees how to send it and what was imported."""
    may_open = brings_data(here.member)
    steps = [Link("Import files", "/imports/new/", is_go=True)] if may_open else []
    steps += [Link("Reconciliation", "/sources/reconciliation/"), Link("Who may be one person", "/doubles/")]
    steps += [Link("Connect a system", "/sources/connect/"), Link("Add a source", "/sources/new/")] if is_steward(here.member) else []
    recent = imports()[:5] if may_open else []
    return listing.show(
        here, kind_of_list(here, may_open=may_open), heard(), title="Sources", template="treaty/sources.html",
        steps=steps, machinery=machinery(here), recent=import_rows(here, recent) if recent else None, may_open=may_open,
    )  # fmt: skip


def kind_of_list(here: Here, *, may_open: bool) -> Kind[Heard]:
    limits = agreed_limits(here.at)
    return Kind(
        name="sources",
        path="/sources/",
        sort="name",
        href=(lambda row: f"/sources/{row.source.key}/") if may_open else None,
        fields=(
            Field(words="Source", key="name", value=lambda row: row.source.name),
            Field(words="Kind", key="kind", value=lambda row: KINDS[row.source.kind]),
            Field(words="Last heard", key="last", value=lambda row: row.last_at, show=_last, is_short=True),
            Field(
                words="Agreed",
                value=lambda row: str(limit_of(row.source, limits) or ""),
                show=lambda row, here: _agreed(row, here, limits),
            ),
            Field(words="Waiting", key="waiting", value=lambda row: row.waiting, is_number=True),
            Field(words="Set aside", key="aside", value=lambda row: row.aside, show=_aside if may_open else None, is_number=True),
            Field(words="State", key="state", value=lambda row: "on" if row.source.is_active else "off"),
        ),
        empty=Empty(
            title="Nothing sends yet",
            words="Import exports of your tools, or let your site send what visitors do.",
            steps=[Link("Import files", "/imports/new/", is_go=True)] if may_open else [],
        ),
    )


def _last(row: Heard, here: Here) -> Piece:
    return formats.short(row.last_at, here.viewer, here.at) if row.last_at else Faint("not lately")


def _agreed(row: Heard, here: Here, limits: dict[str, Duration]) -> Piece:
    """Within the agreed age or not; a limit in working days has no fixed length and is only said."""
    limit = limit_of(row.source, limits)
    if limit is None:
        return Faint("no limit")
    if limit.unit == "working days":
        return str(limit)
    is_kept = row.last_at is not None and here.at - row.last_at <= limit.span
    return Standing("kept" if is_kept else "late", f"within {limit}", now=not is_kept)


def _aside(row: Heard, here: Here) -> Piece:
    return Figure(formats.number(row.aside, here.viewer.manner), f"/sources/{row.source.key}/#aside" if row.aside else "")


def machinery(here: Here) -> Iterable[Piece]:
    """The worker and the lake in a sentence each, and what waits outside for a person."""
    for standing, says in health.worker(here.at):
        is_fine = standing is Well.FINE
        yield Standing("kept" if is_fine else "late", "The worker lives and keeps up." if is_fine else _sentence(says), now=not is_fine)
    lake = here.lake
    if lake is None:
        yield Standing("late", "There are no figures yet: the worker makes them within a minute of the first data.", now=True)
    else:
        is_old = here.at - lake.as_of > timedelta(minutes=1)
        yield Standing("soon" if is_old else "kept", f"Figures are as of {formats.short(lake.as_of, here.viewer, here.at)}.", now=is_old)
    yield from _stuck(here)


def _stuck(here: Here) -> Iterable[Piece]:
    """What could not be written or told outside, for who may open the page that says why."""
    for one in stuck.writes() if brings_data(here.member) else ():
        yield Link(f"{formats.count(one.n, 'write')} into {one.name} failed", one.href)
    for one in stuck.messages() if is_steward(here.member) else ():
        yield Link(f"{formats.count(one.n, 'message')} could not be delivered by {one.name}", one.href)


def _sentence(says: str) -> str:
    plain = says.split(" (process", maxsplit=1)[0] + (says.partition(")")[2] if " (process" in says else "")
    return f"{plain[:1].upper()}{plain[1:]}."
