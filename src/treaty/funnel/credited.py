"""What the agreed model credits of won opportunities to each touch, and what no touch earned. Tables in, table out."""

from functools import lru_cache
from typing import Any

import ibis

from treaty.agreement.terms_credit import Attribution
from treaty.attribution import deals as credit
from treaty.attribution import sharing
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.attribution.credit import UNATTRIBUTED
from treaty.currencies import OTHERS
from treaty.engine.measuring import Lake
from treaty.truth.measures import in_units

_LITTLE = 1e-9


@lru_cache(maxsize=16)
def terms_of(words: str) -> Attribution | None:
    """What an agreement says of credit, from its JSON; None of empty words."""
    return Attribution.model_validate_json(words) if words else None


def shares(lake: Lake, won: Any, words: str) -> Any:
    """Won opportunities as the touches that earned them: (opportunity_id, currency, at_us, channel, campaign, content, share,
    units, counted), one row per touch with its share of one deal, in the smallest units of its currency and as money; then one row for
    what no touch earned, with UNATTRIBUTED as its channel, campaign and content. The rows of a deal sum to 1 and to its amount.

    won: rows of `deals`; one without an amount is shared as nothing · words: what is agreed on credit, as JSON; where nothing is
    agreed, or a model that cannot share a deal by itself, no touch earns anything
    """
    of = credit.conversions(lake, won.mutate(amount=won.amount.fill_null(0)))
    whole = of.select(opportunity_id="conversion", currency="currency", at_us="at_us", whole=in_units(of.value, of.currency))
    t = attributed(lake, of, words)
    if t is None:
        return _left(whole.mutate(got=ibis.literal(0.0), got_units=ibis.literal(0, "int64")))
    got = t.group_by("opportunity_id").agg(got=t.share.sum(), got_units=t.units.sum())
    rest = whole.left_join(got, "opportunity_id").drop("opportunity_id_right")
    left = _left(rest.mutate(got=rest.got.fill_null(0.0), got_units=rest.got_units.fill_null(0)))
    return ibis.union(t.select(*left.columns), left)


def attributed(lake: Lake, conversions: Any, words: str) -> Any | None:
    """The rows of the touches alone; None where no model is agreed that shares a deal by itself."""
    agreed = terms_of(words)
    model = agreed_model(agreed) if agreed else None
    if agreed is None or model is None:
        return None
    journey = journey_of(agreed)
    t = sharing.shared(credit.touches(lake, conversions, journey), model, journey.terms)
    return t.select(
        "currency", "channel", "campaign", "content", "share", "units", opportunity_id="conversion", at_us="c_at_us",
        opened_us="c_at_us", closed_us="c_at_us", counted=_money(t.units, t.currency),
    )  # fmt: skip


def _left(rows: Any) -> Any:
    rows = rows.mutate(share=1.0 - rows.got, units=(rows.whole - rows.got_units).cast("int64"))
    rows = rows.filter((rows.share > _LITTLE) | (rows.units != 0))
    nobody = ibis.literal(UNATTRIBUTED)
    return rows.select(
        "opportunity_id", "currency", "at_us", channel=nobody, campaign=nobody, content=nobody, share="share", units="units",
        opened_us="at_us", closed_us="at_us", counted=_money(rows.units, rows.currency),
    )  # fmt: skip


def _money(units: Any, currency: Any) -> Any:
    """Smallest units of a currency as money."""
    others = ((currency.isin(codes), units.cast("float64") / 10**places) for places, codes in OTHERS.items())
    return ibis.cases(*others, else_=units.cast("float64") / 100).cast("decimal(18, 4)")
