"""The whole path of the whole buying group to one deal: what each touch earned and why, and why the others earned nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from treaty.agreement.quantities import percent
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import MODELS
from treaty.attribution import reasons, versions
from treaty.attribution.chain import TooManyStates
from treaty.attribution.credit import MARKOV
from treaty.attribution.reasons import Part
from treaty.attribution.sharing import Model
from treaty.attribution.versions import Sharing
from treaty.currencies import of_units
from treaty.engine.measuring import kept_rows, rows_of
from treaty.moments import from_us, to_us
from treaty.truth.models import Opportunity, Touch
from treaty.truth.queries import leads, names_of, touch_words
from treaty.web import formats
from treaty.web.figures import campaign_names, here_frame, words
from treaty.web.here import Here
from treaty.web.pages.campaigns.said import href
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Table

Rows = Sequence[Mapping[str, Any]]
SAID = {
    "first_touch": "the first touch",
    "lead_created": "the touch that made the lead",
    "opportunity_created": "the last before the opportunity",
    "opportunity_closed": "the last before the close",
    "last_touch": "the last touch",
    "last_non_direct": "the last that was not direct",
}
MOST = 60
"""Touches that do not count which are shown; all are counted."""


@dataclass(frozen=True, slots=True)
class Credit:
    """counted: touches that share the deal, to the cent. left: those that do not, each with why; None where all count.
    note, left_note: what stands beside the two."""

    counted: Table
    note: str
    left: Table | None
    left_note: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """What both tables are drawn with. how: by which version and model; whole: the deal as it is shared."""

    deal: Opportunity
    how: Sharing
    whole: Mapping[str, Any]
    here: Here
    touches: Mapping[int, Touch]
    titles: Mapping[str, str]
    campaigns: Mapping[str, str]
    leads: Mapping[int, str]

    @property
    def agreed(self) -> Attribution:
        return self.how.agreed

    @property
    def model(self) -> Model:
        return self.how.model

    @property
    def kinds(self) -> tuple[str, ...]:
        """Credit in the deal's own currency, and in the agreement's where that is another one and there is a rate."""
        is_shown = self.whole["whole_converted"] is not None and self.whole["reported"] != self.whole["currency"]
        return ("units", "converted") if is_shown else ("units",)


def credit(deal: Opportunity, here: Here) -> Credit | None:
    """None for a deal without an amount, one not in the lake yet, or one whose agreement shares no credit."""
    frame = here_frame(here)
    if frame is None or deal.amount is None:
        return None
    until, lake = to_us(deal.closed_at or frame.lake.as_of), frame.lake
    try:
        found = versions.sharings(lake, frame.held, (until, until + 1))
    except TooManyStates:
        return None
    whole = rows_of(lake, reasons.one_deal(lake, deal.pk, until, found[0].exchange)) if found else []
    if not whole:
        return None
    how = found[0]
    key = ("path of a deal", deal.pk, until, repr(how))
    rows = kept_rows(lake, key, lambda: reasons.path(lake, deal.pk, until, how.journey, how.model, how.exchange))
    shown = _shown(rows, deal, how, whole[0], here)
    counted, left = [row for row in rows if not row["left"]], [row for row in rows if row["left"]]
    return Credit(_counted(counted, shown), _note(counted, shown), _left(left, shown) if left else None, _left_note(left))


def _shown(rows: Rows, deal: Opportunity, how: Sharing, whole: Mapping[str, Any], here: Here) -> _Shown:
    """The records that the rows name. Five queries, whatever their number."""
    touches = Touch.objects.select_related("person").in_bulk([row["touch_id"] for row in rows])
    people = {touch.person_id for touch in touches.values()}
    own = leads(here.member).select_related(None).filter(person__in=people).order_by("number").values_list("person", "key")
    return _Shown(deal, how, whole, here, touches, names_of(touches.values()), campaign_names(row["campaign"] for row in rows), dict(own))


def _counted(rows: Rows, shown: _Shown) -> Table:
    kinds = shown.kinds
    drawn = [
        Row((*_known(row, shown), _why(row, shown), formats.percent(row["share"], 1), *_amounts([row[kind] for kind in kinds], shown)))
        for row in rows
    ]
    whole = [shown.whole[f"whole_{kind}"] for kind in kinds]
    left = [amount - sum(row[kind] for row in rows) for kind, amount in zip(kinds, whole, strict=True)]
    if any(left) and rows:
        drawn.append(Row(("", "", Faint("no touch"), "", "nobody can be named", "", *_amounts(left, shown))))
    columns = [
        Column("When", is_short=True), Column("Who"), Column("Touch"), Column("Came by"), Column("Why"), Column("Share", is_number=True),
        Column({"won": "Credit", "lost": "Nothing earned"}.get(shown.deal.outcome, "If won now"), is_number=True),
        *(Column(f"In {shown.whole['reported']}", is_number=True) for _ in kinds[1:]),
    ]  # fmt: skip
    foot = Row(("All", "", "", "", "", "100%", *_amounts(whole, shown)))
    empty = Empty(title="No touch counts for this deal", words=f"None was known up to {shown.agreed.lookback} before it closed.")
    return Table(columns=columns, rows=drawn, foot=foot if rows else None, caption="What each touch earned", empty=empty)


def _amounts(units: Sequence[int], shown: _Shown) -> list[Piece]:
    """In ink what is earned; what is only what it would be, or was lost, in the second voice."""
    codes = (shown.whole["currency"], shown.whole["reported"])
    said = [formats.money(of_units(n, code), code, shown.here.viewer.manner) for n, code in zip(units, codes, strict=False)]
    is_earned = shown.deal.outcome == Opportunity.Outcome.WON
    return [one if is_earned else Faint(one) for one in said]


def _rate_words(shown: _Shown) -> str:
    """`1 USD is 0.92 EUR, the rate of 2 March`, or that none is known; nothing for a deal in the agreement's currency."""
    code, to, here = shown.whole["currency"], shown.whole["reported"], shown.here
    if code == to:
        return ""
    if shown.whole["whole_converted"] is None:
        return f"not converted to {to}: no agreed rate of its day is known"
    today, on = here.at.astimezone(here.viewer.zone).date(), shown.whole["rate_on"]
    of = f"the rate of {formats.day(on, today, here.viewer.manner)}" if on else "as agreed"
    return f"1 {code} is {shown.whole['rate'].normalize():f} {to}, {of}"


def _note(rows: Rows, shown: _Shown) -> str:
    """By which model, and what became of the shares of anchors that no touch holds."""
    parts = [f"By the agreed model, {MODELS[shown.how.name]}"]
    rule = shown.model.rule
    if rows and rule is not None:
        gone = [name for name in rule.anchors if rows[0][f"at_{name}"] is None]
        said = formats.listing([f"{SAID[name]} ({percent(Decimal(str(rule.anchors[name])))})" for name in gone])
        if said:
            spread = shown.agreed.edges.missing_anchor == "respread"
            parts.append(f"there is not {said}: {'the others share that' if spread else 'that stays with no touch'}")
    return "; ".join([*parts, *filter(None, [_rate_words(shown)])])


def _known(row: Mapping[str, Any], shown: _Shown) -> tuple[Piece, ...]:
    """When, who, what, by what."""
    touch, here = shown.touches.get(row["touch_id"]), shown.here
    at = formats.short(from_us(row["at_us"]), here.viewer, here.at)
    if touch is None:
        return at, Faint("–"), "A touch", _origin(row, shown)
    person = str(touch.person) or "a visitor"
    key = shown.leads.get(touch.person_id)
    return at, Link(person, f"/leads/{key}/") if key else person, touch_words(touch, shown.titles), _origin(row, shown)


def _origin(row: Mapping[str, Any], shown: _Shown) -> Piece:
    if campaign := row["campaign"]:
        return Link(shown.campaigns.get(campaign) or words(campaign), href("campaign", campaign))
    return words(row["channel"]) or Faint("–")


def _why(row: Mapping[str, Any], shown: _Shown) -> str:
    return formats.listing([_part(part, row, shown) for part in reasons.why(row, shown.model)])


def _part(part: Part, row: Mapping[str, Any], shown: _Shown) -> str:
    """One ground in words, with what the model gives it."""
    if part.name == "time_decay":
        return f"by its age, {formats.duration(timedelta(microseconds=row['age_us']), in_days=True)} before"
    if part.name == "channel" and shown.how.name == MARKOV:
        channel = words(row["channel"]) or "touches of no channel"
        return f"without {channel}, {formats.percent(part.weight or 0.0, 1)} less would have been won"
    if part.name == "channel":
        return "its channel’s part" if part.weight is None else f"its channel’s weight, {part.weight:.3f}"
    weight = percent(Decimal(str(part.weight))) if part.weight is not None else ""
    if part.name == "each":
        return f"one of {part.among}, each counts the same" if part.among > 1 else "the only touch"
    if part.name == "rest":
        return f"one of {part.among} others, which share {weight}" if part.among > 1 else f"the only other, {weight}"
    return f"{SAID[part.name]}, {weight}"


def _left(rows: Rows, shown: _Shown) -> Table:
    drawn = [Row((*_known(row, shown), left_words(row["left"], shown.agreed))) for row in rows[-MOST:]]
    columns = [Column("When", is_short=True), Column("Who"), Column("Touch"), Column("Came by"), Column("Why it earns nothing")]
    return Table(columns=columns, rows=drawn, caption="Touches that earn nothing")


def left_words(code: str, agreed: Attribution) -> str:
    """Why a touch does not count, in the agreement's words."""
    own = "it is not of the lead’s own person" if agreed.journey == "person" else "they are not at the account"
    return {
        "not_counted_person": own,
        "direct": "direct visits are skipped",
        "repeated": f"the same again within {agreed.edges.repeats_within}",
        "after_close": "after the close",
        "too_old": f"{agreed.lookback} or more before the close",
    }[code]


SHORT = {
    "not_counted_person": "of others", "direct": "direct", "repeated": "repeated", "after_close": "after the close", "too_old": "too old",
}  # fmt: skip


def _left_note(rows: Rows) -> str:
    counted = Counter(row["left"] for row in rows)
    said = formats.listing([f"{n} {SHORT[code]}" for code, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))])
    return f"{said}; the last {MOST} are shown" if len(rows) > MOST else said
