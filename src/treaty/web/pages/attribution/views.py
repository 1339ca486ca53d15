"""Credit as a page, a file, and a drawing; every amount opens the deals it is of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.quantities import percent
from treaty.agreement.vocabulary import ANCHORS, MODELS
from treaty.attribution.credit import MARKOV, UNATTRIBUTED
from treaty.attribution.queries import sealed_campaigns
from treaty.attribution.versions import Sharing
from treaty.funnel.frame import Frame
from treaty.web import formats, listing, pictures
from treaty.web.figures import here_frame, left_words, nothing_yet, period_words, records
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages import heard
from treaty.web.pages.attribution.credit import BY, Asked, Found, Line, ask, others
from treaty.web.pages.attribution.drawing import drawing
from treaty.web.pages.campaigns.said import href
from treaty.web.pages.chosen import chosen, pick, when_of
from treaty.web.pieces import Empty, Faint, Figure, Link, Piece, Row
from treaty.web.sections import source_of


@require_GET
@page
def attribution(here: Here) -> HttpResponseBase:
    """`?by=campaign&when=last_quarter&instead=linear&money=USD`; both teams see the same."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    asked = _asked(here, frame)
    found = ask(frame, asked)
    if not found.applied:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=_not_agreed()))
    kind = _kind(asked, found, frame)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, found.lines, title="")
    drawn = drawing(frame, asked, found, here.viewer)
    if drawn and (taken := pictures.asked(here.request.GET, {"credit": drawn})):
        return pictures.picture("credit", *taken, source_of(frame.lake.as_of, here))
    table = listing.table_of(here, kind, wanted, found.lines)
    channels = found if asked.by == "channel" else ask(frame, replace(asked, by="channel", instead=""))
    context = extra(
        here,
        heard=None if asked.money else heard.table(frame, here, asked.period, channels.earned),
        title=_title(frame, asked, found),
        drawing=drawn,
        drawing_links=pictures.links(table.listing, "credit") if drawn and table.listing else [],
        lede=(" ".join(_lede(found, here)), " ", Link("The signed words", "/agreement/#credit"), "."),
        table=replace(table, foot=_total(found, here, asked.instead) if found.lines else None),
    )
    return render(here.request, "treaty/attribution.html", context)


def _asked(here: Here, frame: Frame) -> Asked:
    when = when_of(here, frame)
    money = here.request.GET.get("money", "")
    is_code = len(money) == 3 and money.isascii() and money.isupper()
    return Asked(chosen(here, "by", BY, "channel"), when, chosen(here, "instead", others(frame, when.period), ""), money if is_code else "")


def _not_agreed() -> Empty:
    return Empty(
        title="No model of credit is agreed",
        words="Which touches earn a won deal is for both sides to sign. Add `attribution` to the agreement.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True)],
    )


def _kind(asked: Asked, found: Found, frame: Frame) -> Kind[Line]:
    models = others(frame, asked.period)
    moneys = {"": f"All, in {frame.terms.currency}"} | {code: f"Deals in {code}" for code in found.currencies}
    return Kind(
        name=f"credit by {asked.by}",
        path="/attribution/",
        fields=(
            Field(words=BY[asked.by], key="name", value=lambda line: line.name, show=_named(asked, found)),
            Field(words="Won deals touched", key="touched", value=lambda line: line.touched, is_number=True),
            Field(
                words="Its share of them",
                key="n",
                value=lambda line: round(line.n, 2),
                show=lambda line, _: f"{line.n:.1f}",
                is_number=True,
            ),
            _credited(asked, found),
            Field(words="Share", key="share", value=lambda line: line.share, show=lambda line, _: _share(line), is_number=True),
            *(_what_if(models[asked.instead], found.currency) if asked.instead else ()),
        ),
        picks=(
            pick("by", "By", BY, "channel"),
            asked.when.pick,
            pick("instead", "What if", {"": "As agreed"} | models, ""),
            *([pick("money", "Money", moneys, "")] if set(found.currencies) - {frame.terms.currency} else []),
        ),
        empty=Empty(title="Nothing was won in this time", words="Credit is shared when a deal with an amount is won."),
    )


def _credited(asked: Asked, found: Found) -> Field[Line]:
    more = {"currency": asked.money} if asked.money else {}

    def show(line: Line, here: Here) -> Piece:
        shown = formats.money(line.amount, found.currency, here.viewer.manner)
        return Figure(shown, records("credited", asked.period, **{asked.by: line.value}, **more)) if line.amount else Faint(shown)

    return Field(words="Credited", key="amount", value=lambda line: line.amount, show=show, is_number=True)


def _what_if(model: str, currency: str) -> Sequence[Field[Line]]:
    def other(line: Line, here: Here) -> Piece:
        return Faint("–") if line.instead is None else formats.money(line.instead, currency, here.viewer.manner)

    def moves(line: Line, here: Here) -> Piece:
        return Faint("0") if not line.moves else formats.money(line.moves, currency, here.viewer.manner)

    return (
        Field(words=f"What if {model}", key="instead", value=lambda line: line.instead, show=other, is_number=True),
        Field(words="Difference", key="moves", value=lambda line: line.moves, show=moves, is_number=True),
    )


def _named(asked: Asked, found: Found) -> Callable[[Line, Here], Piece]:
    """A campaign or a content opens its page; where plans must be sealed, a campaign without says so."""
    is_required = asked.by == "campaign" and any(one.agreed.campaigns.sealed_plan == "required" for one in found.applied)
    sealed = sealed_campaigns() if is_required else set()

    def show(line: Line, _: Here) -> Piece:
        slug = line.value
        if slug == UNATTRIBUTED:
            return Faint(line.name)
        if asked.by == "channel" or not slug:
            return line.name
        link = Link(line.name, href("campaign" if asked.by == "campaign" else "content", slug))
        return (link, Faint(" not sealed")) if is_required and slug not in sealed else link

    return show


def _share(line: Line) -> Piece:
    return Faint("–") if line.share is None else formats.percent(line.share, 0)


def _total(found: Found, here: Here, instead: str) -> Row:
    whole = found.lines[0].whole
    money = formats.money(whole, found.currency, here.viewer.manner)
    n = sum(line.n for line in found.lines)
    return Row(["All", "", f"{n:.0f}", money, "100%" if whole else "", *([money, ""] if instead else [])])


def _title(frame: Frame, asked: Asked, found: Found) -> str:
    rows = [line for line in found.lines if line.amount]
    when = period_words(asked.period, frame)
    if not rows:
        return f"Nothing was won in {when}"
    first = max(rows, key=lambda line: line.amount)
    whole = formats.money_short(first.whole, found.currency)
    if first.value == UNATTRIBUTED:
        return f"Most of the {whole} won in {when} no touch earned: {formats.percent(first.share or 0, 0)}"
    name = first.name if first.value else f"touches without a {BY[asked.by].lower()}"
    return f"{formats.capital(name)} earned {formats.percent(first.share or 0, 0)} of the {whole} won in {when}"


def _lede(found: Found, here: Here) -> list[str]:
    last = found.applied[-1]
    people = "everybody at the account" if last.agreed.journey == "account" else "the person of the lead"
    said = [_models(found)]
    said.append(
        f"Touches of {people} up to {last.agreed.lookback} before the close count, and the parts are the deals to the smallest unit."
    )
    if MARKOV in found.models:
        said.append("A channel weighs what would not have been won without it, asked of all journeys up to the end of each month.")
    if found.silent:
        said.append(f"What was won under {_versions(part.number for part in found.silent)} has no agreed model and no touch.")
    return [*said, *left_words(found.left, here.viewer)]


def _models(found: Found) -> str:
    """By which model, or by which until when, as versions followed each other."""
    by_model: dict[str, Sharing] = {f"{one.name} {one.agreed.weights}": one for one in found.applied}
    if len(by_model) == 1:
        return f"By the agreed model, {model_words(found.applied[-1])}."
    said = [f"{_versions(_numbers(found, key))} by {model_words(one)}" for key, one in by_model.items()]
    return f"Each deal by the version in force when it closed: {formats.listing(said)}."


def _numbers(found: Found, key: str) -> list[int]:
    return [one.number for one in found.applied if f"{one.name} {one.agreed.weights}" == key]


def _versions(numbers: Iterable[int]) -> str:
    there = sorted(set(numbers))
    return f"version{'s' if len(there) > 1 else ''} {formats.listing([str(number) for number in there])}"


def model_words(one: Sharing) -> str:
    """`W-shaped: 30% to the first touch and ...`."""
    weights = one.agreed.weights if one.name == one.agreed.model else {}
    shares = [f"{percent(share)} to {ANCHORS[anchor]}" for anchor, share in weights.items()]
    return f"{MODELS[one.name]}{': ' if shares else ''}{formats.listing(shares)}"
