"""Which touches earned what was won: the agreed model is the number, any other is a question what if."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from treaty.agreement.quantities import percent
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import ANCHORS, MODELS
from treaty.attribution import deals
from treaty.attribution.agreed import PLACED, agreed_model, journey_of, model_named
from treaty.attribution.credit import UNATTRIBUTED
from treaty.attribution.deals import Model
from treaty.attribution.queries import sealed_campaigns
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web import formats, listing
from treaty.web.figures import campaign_names, here_frame, nothing_yet, period_words, records, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages import heard
from treaty.web.pages.campaigns.said import href
from treaty.web.pages.rejections import WHEN, chosen, period_of
from treaty.web.pieces import Empty, Faint, Figure, Link, Piece, Row

BY = {"channel": "Channel", "campaign": "Campaign", "content": "Content"}
CENTS = Decimal(100)


@dataclass(frozen=True, slots=True)
class Line:
    """One origin: how many deals it touched, its share of them, and what it earned of the won amount. instead: by the other model."""

    value: str
    name: str
    touched: int
    n: float
    amount: Decimal
    whole: Decimal
    instead: Decimal | None = None

    @property
    def share(self) -> float | None:
        return float(self.amount / self.whole) if self.whole else None

    @property
    def moves(self) -> Decimal | None:
        return None if self.instead is None else self.instead - self.amount


@require_GET
@page
def attribution(here: Here) -> HttpResponseBase:
    """`?by=campaign&when=last_quarter&instead=linear`; both teams see the same."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    agreed, by = frame.terms.attribution, chosen(here, "by", BY, "channel")
    model = agreed_model(agreed) if agreed else None
    if agreed is None or model is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=_not_agreed(agreed)))
    period, instead = period_of(frame, chosen(here, "when", WHEN, "quarter")), chosen(here, "instead", _others(agreed), "")
    lines = _lines(frame, agreed, by, period, {"agreed": model} | ({instead: _model(instead)} if instead else {}))
    kind = _kind(by, period, frame, agreed, instead)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, lines, title="")
    table = listing.table_of(here, kind, wanted, lines)
    channels = {value: amount for value, (_, _, amount) in _credit(frame, agreed, "channel", period, ("agreed", model)).items()}
    context = extra(
        here,
        heard=heard.table(frame, here, period, agreed, channels),
        title=_title(frame, period, lines, by),
        lede=(_model_words(agreed), " ", Link("The signed words", "/agreement/#credit"), "."),
        table=replace(table, foot=_total(lines, frame, here, instead) if lines else None),
    )
    return render(here.request, "treaty/attribution.html", context)


def _model(name: str) -> Model:
    found = model_named(name)
    assert found is not None, name  # noqa: S101 - only names of PLACED are offered
    return found


def _others(agreed: Attribution) -> dict[str, str]:
    return {name: MODELS.get(name, words(name)) for name in PLACED if name != agreed.model and name in MODELS}


def _not_agreed(agreed: Attribution | None) -> Empty:
    if agreed is None:
        return Empty(
            title="No model of credit is agreed",
            words="Which touches earn a won deal is for both sides to sign. Add `attribution` to the agreement.",
            steps=[Link("Open the agreement", "/agreement/", is_go=True)],
        )
    return Empty(
        title="The agreed model is not carried out on deals yet",
        words=f"{formats.capital(MODELS[agreed.model])} asks all journeys before it shares one deal; `treaty attribute` does it for files.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True)],
    )


def _lines(frame: Frame, agreed: Attribution, by: str, period: Period, models: Mapping[str, Model]) -> list[Line]:
    """Every origin with what it earned, the most first, and last what nothing earned. Deals of other currencies are left out."""
    found = {name: _credit(frame, agreed, by, period, (name, model)) for name, model in models.items()}
    own = found.pop("agreed")
    other = next(iter(found.values()), None)
    whole, count = _won(frame, period)
    names = campaign_names(own) if by == "campaign" else {}
    rows = []
    for value in {**own, **(other or {})}:
        touched, n, amount = own.get(value, (0, 0.0, Decimal(0)))
        then = None if other is None else other.get(value, (0, 0.0, Decimal(0)))[2]
        rows.append(Line(value, _name(value, by, names), touched, n, amount, whole, then))
    rows.sort(key=lambda line: (-line.amount, line.name))
    left, left_n = whole - sum((line.amount for line in rows), Decimal(0)), count - sum(line.n for line in rows)
    if left or left_n > 1e-6:
        then = None if other is None else whole - sum((amount for _, _, amount in other.values()), Decimal(0))
        rows.append(Line(UNATTRIBUTED, "No touch", 0, max(0.0, left_n), left, whole, then))
    return rows


def _credit(frame: Frame, agreed: Attribution, by: str, period: Period, model: tuple[str, Model]) -> dict[str, tuple[int, float, Decimal]]:
    """(deals touched, share of deals, amount) by value, in the agreement's currency."""
    key = ("credit", by, period.us, agreed.model_dump_json(), model[0])
    journey = journey_of(agreed)
    rows = kept_rows(frame.lake, key, lambda: deals.by(deals.credited(frame.lake, period.us, journey, model[1]), by))
    currency = frame.terms.currency
    return {row["value"]: (row["deals"], row["n"], row["cents"] / CENTS) for row in rows if row["currency"] == currency}


def _won(frame: Frame, period: Period) -> tuple[Decimal, int]:
    """(amount, how many) of the deals won in the agreement's currency."""
    rows = kept_rows(frame.lake, ("won in all", period.us), lambda: deals.in_all(frame.lake, period.us))
    return next(((row["cents"] / CENTS, row["n"]) for row in rows if row["currency"] == frame.terms.currency), (Decimal(0), 0))


def _name(value: str, by: str, names: Mapping[str, str]) -> str:
    if not value:
        return f"no {BY[by].lower()}"
    return names.get(value) or (words(value) if by == "campaign" else words(value).capitalize())


def _kind(by: str, period: Period, frame: Frame, agreed: Attribution, instead: str) -> Kind[Line]:
    currency = frame.terms.currency

    def amount(line: Line, here: Here) -> Piece:
        shown = formats.money(line.amount, currency, here.viewer.manner)
        return Figure(shown, records("credited", period, **{by: line.value})) if line.amount else Faint(shown)

    def other(line: Line, here: Here) -> Piece:
        return Faint("–") if line.instead is None else formats.money(line.instead, currency, here.viewer.manner)

    def moves(line: Line, here: Here) -> Piece:
        return Faint("0") if not line.moves else formats.money(line.moves, currency, here.viewer.manner)

    is_required = by == "campaign" and agreed.campaigns.sealed_plan == "required"
    sealed = sealed_campaigns() if is_required else set()

    def named(line: Line, here: Here) -> Piece:
        slug = line.value.strip().lower()
        if by == "channel" or not slug or line.value == UNATTRIBUTED:
            return _named(line, here)
        link = Link(line.name, href("campaign" if by == "campaign" else "content", slug))
        return (link, Faint(" not sealed")) if is_required and slug not in sealed else link

    what_if: list[Field[Line]] = [
        Field(words=f"What if {_others(agreed)[instead]}", key="instead", value=lambda line: line.instead, show=other, is_number=True),
        Field(words="Difference", key="moves", value=lambda line: line.moves, show=moves, is_number=True),
    ] if instead else []  # fmt: skip
    whens = [pair for pair in WHEN.items() if pair[0] != "quarter"]
    return Kind(
        name=f"credit by {by}",
        path="/attribution/",
        fields=(
            Field(words=BY[by], key="name", value=lambda line: line.name, show=named),
            Field(words="Won deals touched", key="touched", value=lambda line: line.touched, is_number=True),
            Field(
                words="Its share of them",
                key="n",
                value=lambda line: round(line.n, 2),
                show=lambda line, _: f"{line.n:.1f}",
                is_number=True,
            ),
            Field(words="Credited", key="amount", value=lambda line: line.amount, show=amount, is_number=True),
            Field(words="Share", key="share", value=lambda line: line.share, show=lambda line, _: _share(line), is_number=True),
            *what_if,
        ),
        picks=(
            Pick(key="by", words="By", narrow=_as_it_is, options=lambda _: list(BY.items())[1:], every="Channel"),
            Pick(key="when", words="When", narrow=_as_it_is, options=lambda _: whens, every="This quarter"),
            Pick(key="instead", words="What if", narrow=_as_it_is, options=lambda _: list(_others(agreed).items()), every="As agreed"),
        ),
        empty=Empty(title="Nothing was won in this time", words="Credit is shared when a deal with an amount is won."),
    )


def _as_it_is(rows: Any, value: str) -> Any:
    return rows


def _named(line: Line, _: Here) -> Piece:
    return Faint(line.name) if line.value == UNATTRIBUTED else line.name


def _share(line: Line) -> Piece:
    return Faint("–") if line.share is None else formats.percent(line.share, 0)


def _total(lines: Sequence[Line], frame: Frame, here: Here, instead: str) -> Row:
    money = formats.money(lines[0].whole, frame.terms.currency, here.viewer.manner)
    n = sum(line.n for line in lines)
    return Row(["All", "", f"{n:.0f}", money, "100%" if lines[0].whole else "", *([money, ""] if instead else [])])


def _title(frame: Frame, period: Period, lines: Iterable[Line], by: str) -> str:
    rows = [line for line in lines if line.amount]
    when = period_words(period, frame)
    if not rows:
        return f"Nothing was won in {when}"
    first = max(rows, key=lambda line: line.amount)
    whole = formats.money_short(first.whole, frame.terms.currency)
    if first.value == UNATTRIBUTED:
        return f"Most of the {whole} won in {when} no touch earned: {formats.percent(first.share or 0, 0)}"
    name = first.name if first.value else f"touches without a {BY[by].lower()}"
    return f"{formats.capital(name)} earned {formats.percent(first.share or 0, 0)} of the {whole} won in {when}"


def _model_words(agreed: Attribution) -> str:
    shares = [f"{percent(share)} to {ANCHORS[anchor]}" for anchor, share in agreed.weights.items()]
    people = "everybody at the account" if agreed.journey == "account" else "the person of the lead"
    model = f"By the agreed model, {MODELS[agreed.model]}{': ' if shares else ''}{formats.listing(shares)}."
    return f"{model} Touches of {people} up to {agreed.lookback} before the close count, and the parts are the deals to the cent."


urlpatterns = [path("attribution/", attribution)]
