"""Pairs of people who may be one, as a list to answer one after the other and to take away."""

from collections.abc import Iterable
from datetime import datetime

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.truth import pairs
from treaty.truth.pairs import Double
from treaty.web import formats, listing
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.doubles.words import ANSWERS, both, probable, speaks
from treaty.web.pieces import Empty, Faint, Link, Piece
from treaty.web.rights import brings_data

PATH = "/doubles/"


@require_GET
@page
def doubles(here: Here) -> HttpResponseBase:
    """Both of whom this member may see; `?answer=different` those that were answered so."""
    asked = here.request.GET.get("answer", "")
    answer = asked if asked in ANSWERS else "open"
    return listing.show(
        here, kind(here, answer), pairs.doubles(here.member, answer), title=lambda n: _title(n, answer),
        lede="Nothing is merged before it is answered, and nothing is lost: whoever was made one can be parted again.",
        crumbs=[Link("Leads", "/leads/"), Link("Who may be one person", "")], steps=[Link("Look for doubles", f"{PATH}search/")],
    )  # fmt: skip


def _title(n: int, answer: str) -> str:
    pairs = formats.capital(formats.spell(n, "pair"))
    said = {"open": "may be one person", "different": "are two people", "merged": "were made one person"}
    return f"{pairs} {said[answer]}"


def kind(here: Here, answer: str) -> Kind[Double]:
    is_open = answer == "open"
    return Kind(
        name="pairs that may be one person",
        path=PATH,
        href=lambda pair: f"{PATH}{pair.key}/",
        fields=(
            Field(words="People", value=both, key="people"),
            Field(words="First e-mail", value=lambda pair: pair.one.email, in_page=False),
            Field(words="Second e-mail", value=lambda pair: pair.other.email, in_page=False),
            Field(words="Account", value=_accounts, key="account"),
            Field(words="What speaks for it", value=speaks, show=lambda pair, _: formats.capital(speaks(pair))),
            Field(
                words="Probability",
                key="probability",
                value=lambda pair: pair.probability,
                show=lambda pair, here: probable(pair, here) or Faint("not compared"),
                is_number=True,
            ),
            Field(words="Found", key="found", value=lambda pair: pair.found_at, show=_found, is_short=True),
            Field(words="Answer", value=lambda pair: ANSWERS[pair.answer], in_page=False),
            Field(words="Answered by", value=_by, in_page=not is_open),
            Field(words="Answered", value=_answered_at, show=_answered, is_short=True, in_page=not is_open),
        ),
        picks=(Pick(key="answer", words="Answer", options=_answers, every=ANSWERS["open"], narrow=lambda rows, _: rows),),
        empty=_empty(here),
        nothing=Empty(title="No pair was answered so", steps=[Link("Those to be answered", PATH, is_go=True)]),
    )


def _answers(here: Here) -> Iterable[tuple[str, str]]:
    return [(value, words) for value, words in ANSWERS.items() if value != "open"]


def _accounts(pair: Double) -> str:
    return " and ".join(dict.fromkeys(str(person.account) for person in (pair.one, pair.other) if person.account))


def _found(pair: Double, here: Here) -> Piece:
    return formats.short(pair.found_at, here.viewer, here.at)


def _by(pair: Double) -> str:
    if pair.answered is None:
        return ""
    return str(pair.answered.answered_by or "by itself")


def _answered_at(pair: Double) -> datetime | None:
    return pair.answered.answered_at if pair.answered else None


def _answered(pair: Double, here: Here) -> Piece:
    return formats.short(pair.answered.answered_at, here.viewer, here.at) if pair.answered else ""


def _empty(here: Here) -> Empty:
    steps = [Link("Import files", "/imports/new/")] if brings_data(here.member) else []
    return Empty(
        title="No two people look like one",
        words="A pair stands here once two known people share an address or a telephone number, or are found alike by night.",
        steps=[Link("Look for doubles", f"{PATH}search/", is_go=True), *steps],
    )
