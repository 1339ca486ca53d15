"""The records behind the figures of a campaign, a content or an answer: `?campaign=spring`, `?content=guide`, `?answer=a friend`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from treaty.attribution import said, versions
from treaty.attribution.sharing import counts_as
from treaty.currencies import of_units
from treaty.engine.measuring import rows_of
from treaty.engine.periods import Period
from treaty.funnel import catalogue, origin
from treaty.funnel.origin import Which
from treaty.funnel.touched import Money
from treaty.truth.origins import slug
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.pages.figures.asked import Asked
from treaty.web.pages.figures.behind import Behind


def which(asked: Asked) -> Which:
    content = slug(asked.query.get("content"))
    return Which("content", content) if content else Which("campaign", slug(asked.query.get("campaign")))


def period(asked: Asked) -> Period:
    """The days asked for; of which kind they are does not matter here."""
    return Period("day", asked.first_on, asked.frame.containing(asked.last_on, "day").end_on, asked.frame.zone)


def people(asked: Asked) -> Behind:
    rows = origin.people(asked.frame, which(asked), period(asked))
    told = [{**row, "says": formats.count(row["touches"], "touch", "touches")} for row in rows]
    return Behind(
        "people", told, "were reached", "Each counted once, at the first touch in this time; visitors who left no name are people too."
    )


def qualified(asked: Asked) -> Behind:
    stage = words(asked.frame.terms.handoff_stage)
    rows = origin.qualified(asked.frame, which(asked), period(asked))
    told = [{**row, "says": f"became {stage}"} for row in rows]
    return Behind("leads", told, f"became {stage} after a touch of it", "A lead touched by several counts with each of them.")


def rejected(asked: Asked) -> Behind:
    chosen = asked.only("reason")
    rows = [
        row for row in origin.rejected(asked.frame, which(asked), period(asked)) if row["reason"] == chosen.get("reason", row["reason"])
    ]
    told = [{**row, "says": f"rejected: {words(row['reason'] or '')}"} for row in rows]
    return Behind("leads", told, "were rejected after a touch of it", "A lead touched by several counts with each of them.")


def revenue(asked: Asked) -> Behind:
    return _earned(asked, "revenue", "won")


def pipeline(asked: Asked) -> Behind:
    return _earned(asked, "pipeline", "opened")


def _earned(asked: Asked, what: Money, says: str) -> Behind:
    is_whole, number = "whole" in asked.query, "revenue_closed" if what == "revenue" else "pipeline_created"
    rows = origin.earned(asked.frame, which(asked), period(asked), what)
    told = [_in_money(row, asked.frame.terms.currency, "whole_" if is_whole else "") for row in rows]
    if is_whole:
        return Behind(
            "deals",
            _known(asked, told, number),
            f"{says} after a touch of it",
            "Each at its whole amount: several campaigns may have touched it.",
        )
    return Behind(
        "deals", _known(asked, told, number), f"{says} with a share of it", "Each with what the touches of it earned by the agreed model."
    )


def _in_money(row: Mapping[str, Any], own: str, of: str) -> dict[str, Any]:
    """What a deal counts with in the agreement's currency; where no rate makes it that, in its own."""
    kind = counts_as(row, own)
    code = own if kind else row["currency"]
    return {**row, "amount": of_units(int(row[f"{of}{kind or 'units'}"]), code), "currency": code}


def heard(asked: Asked) -> Behind:
    lake, own, answer = asked.frame.lake, asked.frame.terms.currency, said.plain(asked.query.get("answer", ""))
    rows = rows_of(lake, said.of_deals(lake, versions.parts(asked.frame.held, asked.span)))
    told = [{**_in_money(row, own, ""), "opportunity_id": row["conversion"]} for row in rows if row["answer"] == answer]
    says = f"won from buyers who said “{answer}”" if answer else "won from buyers nobody heard it from"
    return Behind("deals", _known(asked, told, "revenue_closed"), says, "Each at its whole amount, by what the buyers said themselves.")


def _known(asked: Asked, rows: Sequence[Mapping[str, Any]], number: str) -> list[Mapping[str, Any]]:
    """Rows of a measure with who found the deal and how it stands. number: of the catalogue, which counts these deals too."""
    found = {row["opportunity_id"]: row for row in catalogue.behind(asked.frame, number, asked.span, with_=["sourced"])}
    told: list[Mapping[str, Any]] = []
    for row in rows:
        deal = found.get(row["opportunity_id"], {})
        told.append({**row, "sourced": deal.get("sourced", ""), "outcome": deal.get("outcome", ""), "amount": Decimal(row["amount"])})
    return told
