"""What RevOps answers: one person, two people, later; and how each is taken back."""

from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from treaty.qualification import merging
from treaty.team.models import Role
from treaty.truth.actions import answering
from treaty.truth.actions.merging import first_known
from treaty.truth.models import Merge
from treaty.truth.pairs import Double
from treaty.web.here import Here, page
from treaty.web.pages.doubles.lists import PATH
from treaty.web.pages.doubles.page import beside, pair_of
from treaty.web.pages.doubles.words import both, called
from treaty.web.replies import REFUSED, Incomplete, carried_out, go, sentence, tell, wanted_next, warn
from treaty.web.rights import only

Done = tuple[str, str]
"""What to say, and where it is taken back."""


@require_POST
@page
@only(Role.REVOPS)
def answer(here: Here, key: str) -> HttpResponse:
    """Carry the answer out and go on to the next pair."""
    pair = pair_of(here, key)
    after = beside(here, pair)[1] or PATH
    said = here.request.POST.get("answer", "")
    try:
        if said not in ANSWERS:
            raise Incomplete(f"{said!r} is no answer: say one, two or later")
        with transaction.atomic():
            words, undo = ANSWERS[said](here, pair)
    except REFUSED as problem:
        warn(here, sentence(problem))
        return go(here, f"{PATH}{key}/")
    tell(here, words, undo=undo)
    return go(here, after)


def _one(here: Here, pair: Double) -> Done:
    answering.check_open(pair.proposals)
    kept, gone = first_known(pair.one, pair.other)
    evidence = {"rule": pair.proposals[0].rule, "proposals": [p.key for p in pair.proposals], "probability": pair.probability}
    merge = merging.merge(kept, gone, evidence=evidence, by=here.member, at=here.at)
    return f"{both(pair)} are one person.", f"/merges/{merge.key}/undo/"


def _two(here: Here, pair: Double) -> Done:
    answering.keep_apart(pair.one, pair.other, pair.proposals, by=here.member, at=here.at)
    return f"{both(pair)} are two people.", f"{PATH}{pair.key}/undo/"


def _later(here: Here, pair: Double) -> Done:
    answering.put_off(pair.proposals, at=here.at)
    return f"{both(pair)} come after all others.", ""


ANSWERS: dict[str, Callable[[Here, Double], Done]] = {"one": _one, "two": _two, "later": _later}


@require_POST
@page
@only(Role.REVOPS)
def ask_again(here: Here, key: str) -> HttpResponse:
    """That they are two people is taken back."""
    pair = pair_of(here, key)

    def do() -> str:
        answering.ask_again(pair.one, pair.other, pair.proposals, by=here.member, at=here.at)
        return f"Whether {both(pair)} are one person is asked again."

    return carried_out(here, do, f"{PATH}{key}/")


def _merge_of(key: str) -> Merge:
    found = Merge.objects.select_related("kept", "gone").filter(key=key).first()
    if found is None:
        raise Http404
    return found


@require_POST
@page
@only(Role.REVOPS)
def undo(here: Here, key: str) -> HttpResponse:
    """Right after: they are parted, and what was proposed of them is asked again."""
    merge = _merge_of(key)
    asked = list(merge.proposals.all())

    def do() -> str:
        merging.unmerge(merge, by=here.member, at=here.at)
        answering.ask_again(merge.kept, merge.gone, asked, by=here.member, at=here.at)
        return f"{called(merge.gone)} and {called(merge.kept)} are two again."

    return carried_out(here, do, f"{PATH}{asked[0].key}/" if asked else f"/people/{merge.kept.key}/")


@require_POST
@page
@only(Role.REVOPS)
def part(here: Here, key: str) -> HttpResponse:
    """At any time: they are two people, which answers what was proposed of them."""
    merge = _merge_of(key)

    def do() -> str:
        merging.unmerge(merge, by=here.member, at=here.at)
        return f"{called(merge.gone)} and {called(merge.kept)} are two people: each has what was theirs, and what came for them since."

    return carried_out(here, do, wanted_next(here, f"/people/{merge.kept.key}/"))
