"""What each touch earned of a won deal, and why: the agreed model on this one deal, to the cent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import MODELS
from treaty.attribution import deals
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.engine.measuring import rows_of
from treaty.moments import from_us, to_us
from treaty.truth.models import Opportunity, Touch
from treaty.web import formats
from treaty.web.figures import campaign_names, here_frame, words
from treaty.web.here import Here
from treaty.web.pieces import Column, Empty, Faint, Row, Table

SAID = {
    "first_touch": "the first touch",
    "lead_created": "the touch that made the lead",
    "opportunity_created": "the last before the opportunity",
    "opportunity_closed": "the last before the close",
    "last_touch": "the last touch",
    "last_non_direct": "the last that was not direct",
}
CENTS = Decimal(100)


def table(deal: Opportunity, here: Here) -> Table | None:
    """None for a deal that is not won, has no amount, is not in the lake yet, or whose agreement shares no credit."""
    frame = here_frame(here)
    if frame is None or deal.outcome != Opportunity.Outcome.WON or deal.amount is None or deal.closed_at is None:
        return None
    terms = frame.terms_at(deal.closed_at) or frame.terms
    model = agreed_model(terms.attribution) if terms.attribution else None
    if terms.attribution is None or model is None:
        return None
    closed = to_us(deal.closed_at)
    won = deals.won(frame.lake, (closed, closed + 1))
    there = rows_of(frame.lake, won.filter(won.conversion == deal.pk).select("value"))
    if not there:
        return None
    t = deals.credited(frame.lake, (closed, closed + 1), journey_of(terms.attribution), model)
    found = rows_of(frame.lake, t.filter(t.conversion == deal.pk).order_by("place"))
    return _table(found, deals.to_cents(there[0]["value"]), deal, terms.attribution, here)


def _table(found: list[dict[str, Any]], amount: Decimal, deal: Opportunity, agreed: Attribution, here: Here) -> Table:
    seen = Touch.objects.in_bulk([row["touch_id"] for row in found])
    names = campaign_names(row["campaign"] for row in found)
    rows = [_row(row, seen.get(row["touch_id"]), names, deal, agreed, here) for row in found]
    earned = sum(row["cents"] for row in found) / CENTS
    left = amount - earned
    if left and found:
        rows.append(Row(("", Faint("no touch"), "", "nobody can be named", "", formats.money(left, deal.currency, here.viewer.manner))))
    columns = [
        Column("When", is_short=True), Column("Touch"), Column("Came by"), Column("Why"), Column("Share", is_number=True),
        Column("Credit", is_number=True),
    ]  # fmt: skip
    foot = Row(("All", "", "", "", "100%", formats.money(amount, deal.currency, here.viewer.manner)))
    empty = Empty(title="No touch counts for this deal", words=f"None was known up to {agreed.lookback} before it closed.")
    return Table(
        columns=columns, rows=rows, foot=foot if found else None, caption=f"By the agreed model, {MODELS[agreed.model]}", empty=empty
    )


def _row(row: Mapping[str, Any], touch: Touch | None, names: Mapping[str, str], deal: Opportunity, agreed: Attribution, here: Here) -> Row:
    kind = words(touch.kind).capitalize() if touch else "A touch"
    what = f"{kind}: {touch.title}" if touch and touch.title else kind
    origin = names.get(row["campaign"]) or words(row["campaign"]) or words(row["channel"]) or "–"
    amount = formats.money(row["cents"] / CENTS, deal.currency, here.viewer.manner)
    share = formats.percent(row["share"], 1)
    return Row((formats.short(from_us(row["at_us"]), here.viewer, here.at), what, origin, _why(row, agreed), share, amount))


ALIKE = {"linear": "each counts the same", "time_decay": "by its age", "shapley": "its channel’s part"}
"""Why, by models that know no anchors."""


def _why(row: Mapping[str, Any], agreed: Attribution) -> str:
    """Which anchors of the model the touch is; else one of the others."""
    if agreed.model in ALIKE:
        return ALIKE[agreed.model]
    is_ = [says for name, says in SAID.items() if row.get(f"at_{name}") == row["place"]]
    return formats.listing(is_) if is_ else "one of the others"
