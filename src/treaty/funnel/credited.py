"""What is credited of won opportunities to each touch, and what no touch earned. Tables in, table out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import ibis

from treaty.attribution import sharing, versions
from treaty.attribution.credit import UNATTRIBUTED
from treaty.attribution.versions import Part, Sharing
from treaty.currencies import OTHERS
from treaty.engine.measuring import Lake
from treaty.truth.measures import AMOUNT

_LITTLE = 1e-9


def shares(lake: Lake, won: Any, parts: Sequence[Part], found: Sequence[Sharing], currency: str) -> Any:
    """Won opportunities as the touches that earned them: (opportunity_id, currency, deal_currency, at_us, channel, campaign, content,
    share, units, counted), one row per touch with its share of one deal; then one row for what no touch earned, with UNATTRIBUTED as
    its channel, campaign and content. The rows of a deal sum to 1 and to its amount.

    won: rows of `deals`; one without an amount is shared as nothing · parts, found: `versions.parts` and `versions.sharings` of a time
    that holds them: each is shared, and its amount made the agreement's, by the version in force when it closed; where that agrees no
    model no touch earns anything · currency: that of the sums; units and counted are in it, or in the deal's own where it is not made
    that, as on the Attribution page (`sharing.counts_as`)
    """
    won = won.mutate(amount=won.amount.fill_null(0))
    whole = versions.valued(lake, won, parts)
    if not found:
        return _told(_left(whole.mutate(share=1.0, units=whole.whole_units, converted=whole.whole_converted)), currency)
    t = versions.credited_of(lake, won, found)
    got = t.group_by(got_of=t.conversion).agg(got=t.share.sum(), got_units=t.units.sum(), got_converted=t.converted.sum())
    rest = whole.left_join(got, whole.conversion == got.got_of)
    rest = rest.mutate(
        share=1.0 - rest.got.fill_null(0.0), units=rest.whole_units - rest.got_units.fill_null(0),
        converted=rest.whole_converted - rest.got_converted.fill_null(0),
    )  # fmt: skip
    return _told(ibis.union(_parts(t), _left(rest)), currency)


def attributed(lake: Lake, won: Any, found: Sequence[Sharing], currency: str) -> Any:
    """The rows of the touches alone. found: at least one."""
    return _told(_parts(versions.credited_of(lake, won, found)), currency)


def _parts(t: Any) -> Any:
    return t.select(*COLUMNS, opportunity_id="conversion", at_us="c_at_us")


COLUMNS = ("currency", "reported", "channel", "campaign", "content", "share", "units", "converted")


def _left(rows: Any) -> Any:
    """What nobody has of deals: where nothing of their amount nor of their share is left, no row."""
    rows = rows.mutate(share=rows.share.cast("float64"), units=rows.units.cast("int64"), converted=rows.converted.cast("int64"))
    rows = rows.filter((rows.share > _LITTLE) | (rows.units != 0) | (rows.converted.fill_null(0) != 0))
    nobody = ibis.literal(UNATTRIBUTED)
    rows = rows.mutate(channel=nobody, campaign=nobody, content=nobody)
    return rows.select(*COLUMNS, opportunity_id="conversion", at_us="at_us")


def _told(rows: Any, currency: str) -> Any:
    rows = sharing.counted_in(rows, currency)
    return rows.select(
        "opportunity_id", "currency", "deal_currency", "at_us", "channel", "campaign", "content", "share", "units",
        opened_us="at_us", closed_us="at_us", counted=_money(rows.units, rows.currency),
    )  # fmt: skip


def _money(units: Any, currency: Any) -> Any:
    """Smallest units of a currency as money; without floats, which engines cut off differently."""
    others = ((currency.isin(codes), _worth(units, places)) for places, codes in OTHERS.items())
    return ibis.cases(*others, else_=_worth(units, 2))


def _worth(units: Any, places: int) -> Any:
    return (units.cast("decimal(18, 0)") * ibis.literal(Decimal(1).scaleb(-places), f"decimal(19, {places})")).cast(AMOUNT)
