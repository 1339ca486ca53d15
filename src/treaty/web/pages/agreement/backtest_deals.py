"""The deals won last and lost last beside what two documents would have said of them, with the clauses that held."""

from collections.abc import Iterator

from treaty.pilot import said
from treaty.pilot.found import Backtest
from treaty.pilot.last import LastDeal, Moment
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.agreement.backtest_names import Names
from treaty.web.pieces import Empty, Faint, Piece, Standing
from treaty.web.sections import Section

TITLES = {"won": "The deals won last", "lost": "The deals lost last"}


def sections(here: Here, found: Backtest, names: Names) -> Iterator[Section]:
    for outcome, title in TITLES.items():
        deals = [deal for deal in found.last if deal.outcome == outcome]
        empty = Empty(title=f"No deal was {outcome} yet", words="They are listed here once one is closed.")
        yield Section(id=outcome, title=_title(title, deals), kind=_kind(here, found, names, outcome, empty), rows=deals)


def _title(title: str, deals: list[LastDeal]) -> str:
    if not deals:
        return title
    in_time = sum(deal.new is not None and not deal.new.is_late for deal in deals)
    return f"{title}: {in_time} of {len(deals)} would have been found in time"


def _kind(here: Here, found: Backtest, names: Names, outcome: str, empty: Empty) -> Kind[LastDeal]:
    def amount(deal: LastDeal, _: Here) -> Piece:
        return Faint("–") if deal.amount is None else formats.money(deal.amount, found.currency, here.viewer.manner)

    return Kind(
        name=f"deals {outcome} last",
        path=here.request.path,
        fields=(
            Field(words="Opportunity", value=lambda deal: deal.name, show=lambda deal, _: names.deal(deal.key, deal.name)),
            Field(
                words="Closed",
                value=lambda deal: deal.closed_at,
                show=lambda deal, here: formats.short(deal.closed_at, here.viewer, here.at),
            ),
            Field(words="Amount", value=lambda deal: deal.amount, show=amount, is_number=True),
            *(_document(place, one.name, names) for place, one in enumerate(said.documents(found))),
        ),
        empty=empty,
    )


def _document(place: int, name: str, names: Names) -> Field[LastDeal]:
    return Field(
        words=formats.capital(name),
        value=lambda deal: _written(deal, place),
        show=lambda deal, here: _moment(deal, place, here, names),
    )


def _of(deal: LastDeal, place: int) -> Moment | None:
    return deal.old if place else deal.new


def _moment(deal: LastDeal, place: int, here: Here, names: Names) -> Piece:
    moment = _of(deal, place)
    if moment is None:
        return Faint(formats.capital(said.nobody(deal)))
    when = formats.short(moment.at, here.viewer, here.at)
    mark = Standing("late" if moment.is_late else "kept", said.ahead(moment))
    because = f" Because of {formats.listing(list(moment.because))}." if moment.because else ""
    return (names.person(moment.key, moment.name), f", {when}, ", mark, ".", Faint(because))


def _written(deal: LastDeal, place: int) -> str:
    moment = _of(deal, place)
    if moment is None:
        return said.nobody(deal)
    return f"{moment.name or 'somebody'}, {said.ahead(moment)}: {'; '.join(moment.because)}"
