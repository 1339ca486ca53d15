"""The deals behind an amount of credit: each with what the chosen touches earned of it, by the version in force when it closed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from treaty.attribution import versions
from treaty.attribution.credit import UNATTRIBUTED
from treaty.attribution.sharing import counts_as
from treaty.currencies import of_units
from treaty.funnel import catalogue
from treaty.truth.origins import ORIGINS, slug
from treaty.web.pages.figures.asked import Asked
from treaty.web.pages.figures.behind import Behind

NOTHING: Mapping[str, Any] = {"units": 0, "converted": 0}


def credited(asked: Asked) -> Behind:
    """In the agreement's currency where a rate converts the deal, else in its own; `currency` looks at one own currency alone. What is
    of no touch is left over of the whole."""
    frame = asked.frame
    found = versions.sharings(frame.lake, frame.held, asked.span)
    chosen, own = asked.only("channel", *ORIGINS), asked.only("currency")
    is_left = UNATTRIBUTED in chosen.values()
    chosen |= {name: slug(chosen[name]) for name in ORIGINS if name in chosen}
    earned = versions.of_deals(frame.lake, found, {} if is_left else chosen)
    found_by = catalogue.behind(frame, "revenue_closed", asked.span, with_=["sourced"])
    brought = {row["opportunity_id"]: row["sourced"] for row in found_by}
    rows = []
    for deal in versions.won(frame.lake, frame.held, asked.span):
        part = earned.get(deal["conversion"], NOTHING)
        kind = "units" if own else counts_as(deal, frame.terms.currency) or "units"
        code = deal["currency"] if kind == "units" else deal["reported"]
        units = deal[f"whole_{kind}"] - part[kind] if is_left else part[kind]
        if units and own.get("currency", deal["currency"]) == deal["currency"]:
            amount = of_units(int(units), code)
            rows.append(_row(deal, amount, code, brought.get(deal["conversion"], "")))
    return Behind("deals", rows, "credited", "Each with what these touches earned of it by the model agreed when it closed.")


def _row(deal: Mapping[str, Any], amount: Decimal, currency: str, sourced: str) -> dict[str, Any]:
    return {
        "opportunity_id": deal["conversion"], "at_us": deal["at_us"], "amount": amount, "currency": currency,
        "sourced": sourced, "outcome": "won",
    }  # fmt: skip
