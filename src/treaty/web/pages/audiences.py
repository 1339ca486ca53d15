"""Feedback to targeting: whom to exclude, whom to find others like, what came of clicks; as a file for each advertising platform."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from treaty.agreement.queries import terms_at
from treaty.agreement.terms import Terms
from treaty.feedback import audiences as made
from treaty.feedback.audiences import Rule
from treaty.feedback.platforms import Platform
from treaty.feedback.targeting import File, Placed, Why
from treaty.truth.queries import leads
from treaty.web import downloads, formats, listing
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.chosen import pick
from treaty.web.pages.leads.lists import segments
from treaty.web.pieces import Empty, Faint, Link, Piece, Standing
from treaty.web.replies import go
from treaty.web.rights import TARGETING, only

LISTS = {"exclude": "People to exclude", "alike": "People to find others like", "conversions": "What came of them (offline conversions)"}
PLATFORMS = {"google": "Google Ads", "meta": "Meta", "linkedin": "LinkedIn", "microsoft": "Microsoft Ads"}
BASIS = {"won": "Their deal was won", "accepted": "Sales accepted them"}
SINCE = {"30": "30 days", "90": "90 days", "180": "180 days", "365": "A year", "1825": "5 years"}
DAYS = "180"
INSIDE = "inside"
WHY = {
    Why.WITHDREW: "withdrew consent or unsubscribed",
    Why.SHARED: "shares an address or a click with somebody who withdrew",
    Why.UNKNOWN: "nobody said whether they agree",
    Why.NO_ADDRESS: "has no address the platform could know",
    Why.NO_CLICK: "no click on its advertisements is known before this",
    Why.TOO_OLD: "is too old for the platform to count",
    Why.TWICE: "is in the list already, by the same addresses",
}
NOTES = {
    ("conversions", "google"): "By click alone: its template allows nothing personal. Create conversion actions of these names.",
    ("conversions", "microsoft"): "By click alone, as rows of the bulk file. Create offline conversion goals of these names.",
    ("conversions", "meta"): "By hashed address and click. Upload it to a dataset as offline events; they count for 62 days.",
    ("conversions", "linkedin"): (
        "By hashed e-mail, for its template has no column for clicks. Won is PURCHASE, every other stage LEAD: choose one stage. "
        "Without an amount it says 1, as the template asks."
    ),
}


@require_GET
@page
@only(*TARGETING)
def audiences(here: Here) -> HttpResponseBase:
    """`?list=exclude&platform=meta&reason=no_fit`: who would be in the file, who not and why."""
    terms = terms_at(here.at)
    if terms is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=_no_agreement()))
    given = here.request.GET
    rule, platform = _rule(here, given, terms)
    found = made.file_of(rule, platform, member=here.member, at=here.at)
    lines = sorted(found.everybody, key=lambda line: line.why is not None)
    kind = _kind(here, terms, rule, lines)
    table = listing.table_of(here, kind, listing.asked(here, kind), _shown(lines, given.get("who", "")))
    if table.listing is not None:
        table = replace(table, listing=replace(table.listing, downloads=()))
    context = extra(
        here, title=_title(rule, platform, found), lede=_lede(found), table=table, note=NOTES.get((rule.list, platform.value), ""),
        names=_names(rule), count=_counted(rule, len(found.inside)), carried=_carried(rule, platform, given),
        takes_unknown=made.takes_unknown(),
    )  # fmt: skip
    return render(here.request, "treaty/audiences.html", context)


@require_POST
@page
@only(*TARGETING)
def file(here: Here) -> HttpResponseBase:
    """The file, as things stand now; who took it is written down."""
    terms = terms_at(here.at)
    if terms is None:
        return go(here, "/audiences/")
    rule, platform = _rule(here, here.request.POST, terms)
    found = made.take(rule, platform, by=here.member, at=here.at)
    name = f"{rule.list} {platform.value} {here.at.astimezone(here.viewer.zone):%Y-%m-%d}"
    return downloads.csv_file(name, found.lines[0], found.lines[1:])


def _rule(here: Here, given: Mapping[str, Any], terms: Terms) -> tuple[Rule, Platform]:
    """What the address or the form asks; what it does not know means what is meant when nothing is said."""

    def one(name: str, known: Mapping[str, str], otherwise: str) -> str:
        said = str(given.get(name, ""))
        return said if said in known else otherwise

    reason, stage = one("reason", _reasons(terms), ""), one("stage", _stages(terms), "")
    rule = Rule(
        list=one("list", LISTS, "exclude"),  # type: ignore[arg-type]  # the keys of LISTS
        since=here.at - timedelta(days=int(one("since", SINCE, DAYS))),
        reasons=(reason,) if reason else tuple(made.reasons_of(terms)),
        basis=one("basis", BASIS, "won"),  # type: ignore[arg-type]  # the keys of BASIS
        stages=(stage,) if stage else tuple(made.stages_of(terms)),
        segment=one("segment", dict.fromkeys(terms.segment_order, ""), ""),
    )
    return rule, Platform(one("platform", PLATFORMS, "google"))


def _reasons(terms: Terms) -> dict[str, str]:
    return {reason.id: formats.capital(words(reason.id)) for reason in terms.reasons.rejected}


def _stages(terms: Terms) -> dict[str, str]:
    return {stage: made.name_of(stage) for stage in made.stages_of(terms)}


def _kind(here: Here, terms: Terms, rule: Rule, lines: Sequence[Placed]) -> Kind[Placed]:
    places = dict(leads(here.member).filter(person__in={line.contact.id for line in lines}).order_by("number").values_list("person", "key"))
    own = {
        "exclude": pick("reason", "Rejected because", {"": _every(terms), **_reasons(terms)}, ""),
        "alike": pick("basis", "Because", BASIS, "won"),
        "conversions": pick("stage", "What came of them", {"": "Every stage", **_stages(terms)}, ""),
    }[rule.list]
    return Kind(
        name="people for advertising",
        path="/audiences/",
        fields=(
            Field(words="Person", key="name", value=lambda line: line.contact.name, show=lambda line, _: _person(line, places)),
            *_what(rule),
            Field(words="Stands", key="stands", value=_words, show=lambda line, _: _stands(line)),
        ),
        picks=(
            pick("list", "List", LISTS, "exclude"), pick("platform", "For", PLATFORMS, "google"), own,
            Pick(key="segment", words="Segment", options=segments, narrow=lambda rows, _: rows),
            pick("since", "Of the last", SINCE, DAYS), _who(lines),
        ),
        empty=_empty(rule),
    )  # fmt: skip


def _what(rule: Rule) -> list[Field[Placed]]:
    return [Field(words="What came of them", key="what", value=lambda line: line.name)] if rule.list == "conversions" else []


def _every(terms: Terms) -> str:
    return f"Not for us: {formats.listing([words(reason) for reason in made.reasons_of(terms)])}"


def _who(lines: Sequence[Placed]) -> Pick:
    there = {str(line.why) if line.why else INSIDE: formats.capital(_words(line)) for line in lines}
    return pick("who", "Show", {"": "Everybody", **there}, "")


def _shown(lines: Sequence[Placed], who: str) -> list[Placed]:
    known = {str(line.why) if line.why else INSIDE for line in lines}
    return [line for line in lines if who not in known or (str(line.why) if line.why else INSIDE) == who]


def _words(line: Placed) -> str:
    return WHY[line.why] if line.why else "in the file"


def _person(line: Placed, places: Mapping[int, str]) -> Piece:
    key = places.get(line.contact.id)
    return Link(line.contact.name, f"/leads/{key}/") if key else line.contact.name


def _stands(line: Placed) -> Piece:
    return Standing("kept", _words(line)) if line.why is None else Faint(f"left out: {_words(line)}")


def _counted(rule: Rule, n: int) -> str:
    return formats.count(n, "conversion") if rule.list == "conversions" else formats.count(n, "person", "people")


def _title(rule: Rule, platform: Platform, found: File) -> str:
    says = {"exclude": "to exclude", "alike": "to find others like", "conversions": "to tell"}[rule.list]
    n = len(found.inside)
    counted = formats.capital(_counted(rule, n)) if n else "Nobody" if rule.list != "conversions" else "Nothing"
    return f"{counted} {says} in {PLATFORMS[platform.value]}"


def _lede(found: File) -> str:
    if not found.left:
        return "Addresses leave as hashes only. Nobody is left out."
    counts = Counter(why for _, why in found.left)
    said = [f"{formats.number(n)}: {WHY[why]}" for why, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    return f"Addresses leave as hashes only. {formats.capital(formats.count(len(found.left), 'is', 'are'))} left out ({'; '.join(said)})."


def _names(rule: Rule) -> list[str]:
    return [made.name_of(stage) for stage in rule.stages] if rule.list == "conversions" else []


def _carried(rule: Rule, platform: Platform, given: Mapping[str, Any]) -> dict[str, str]:
    """What the form sends along, so that the file is the one that is shown."""
    kept = {name: str(given.get(name, "")) for name in ("reason", "basis", "stage", "segment", "since")}
    return {"list": rule.list, "platform": platform.value, **{name: value for name, value in kept.items() if value}}


def _empty(rule: Rule) -> Empty:
    if rule.list == "exclude":
        return Empty(
            title="Sales rejected nobody for such a reason in this time",
            words="Whoever was accepted or won since is not excluded either.",
            steps=[Link("Open the rejections", "/rejections/", is_go=True)],
        )
    return Empty(
        title="Nothing came of anybody in this time",
        words="Ask for a longer time.",
        steps=[Link("Open the funnel", "/funnel/", is_go=True)],
    )


def _no_agreement() -> Empty:
    return Empty(
        title="No agreement is in force yet", words="Its reasons and stages say whom such a list holds.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True)],
    )  # fmt: skip


urlpatterns = [path("audiences/", audiences), path("audiences/file/", file)]
