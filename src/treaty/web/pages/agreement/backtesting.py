"""A document replayed over all that happened beside another: as a page, as files, as data. A draft's, and a version's."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.models import Version
from treaty.agreement.named import examine_here
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.engine.elsewhere import Unfit
from treaty.engine.lake import LakeDamaged, Snapshot
from treaty.engine.limit import TookTooLong
from treaty.pilot.backtest import NoHistory, backtest
from treaty.pilot.data import as_data
from treaty.pilot.found import Backtest
from treaty.pilot.replayed import NoDefinition, Replayed, of_draft, of_version, stage_of
from treaty.qualification.replaying import NotReplayable
from treaty.web import awaited, formats, sections
from treaty.web.figures import nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.backtest_names import Names
from treaty.web.pages.agreement.backtest_people import Asking, people_found
from treaty.web.pages.agreement.backtest_sections import parts_of
from treaty.web.pages.agreement.drafting import crumbs, draft_of, views
from treaty.web.pages.agreement.reading import found as version_of
from treaty.web.pieces import Empty, Link, Place, Progress
from treaty.web.replies import sentence
from treaty.web.sections import Choice

NOTHING, LEFT_OUT = "none", "without"
UNTOLD = (NoDefinition, NoHistory, NotReplayable, TookTooLong, LakeDamaged, Unfit)
"""Why nothing can be replayed, each a sentence with the way out."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The document that is replayed. at: its page; digest: the same for the same words; own: the version it is; None for a draft."""

    at: str
    name: str
    terms: Terms
    digest: str
    own: Version | None
    crumbs: Sequence[Link]
    steps: Sequence[Link]
    tabs: Sequence[Place] = ()

    def replayed(self, stage: str) -> Replayed:
        """Raises NoDefinition."""
        return of_draft(self.terms, stage) if self.own is None else of_version(self.own, stage)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared: the stage, and with which version, None for nothing; without values of which it is assumed since when they hold."""

    stage: str
    against: Version | None
    without_assumed: bool
    choices: Sequence[Choice]


@require_GET
@page
def of_a_draft(here: Here, key: str) -> HttpResponseBase:
    """`?against=2&stage=engaged&format=json`; for whoever writes drafts."""
    paper = _draft(here, key)
    return _page(here, paper) if isinstance(paper, Paper) else paper


@require_GET
@page
def of_a_version(here: Here, number: int) -> HttpResponseBase:
    """The same of a version, for everybody: those who sign look too."""
    return _page(here, _version(number))


@require_GET
@page
def people_of_a_draft(here: Here, key: str) -> HttpResponseBase:
    """`?who=only_new`: everybody a figure of the page counts."""
    paper = _draft(here, key)
    return _people(here, paper) if isinstance(paper, Paper) else paper


@require_GET
@page
def people_of_a_version(here: Here, number: int) -> HttpResponseBase:
    return _people(here, _version(number))


def _draft(here: Here, key: str) -> Paper | HttpResponse:
    draft = draft_of(here, key)
    loaded, at = examine_here(draft.text), f"/agreement/draft/{key}/"
    if loaded.terms is None or loaded.errors:
        faults = formats.spell(len(loaded.errors), "thing")
        return _empty(here, Empty(
            title="The draft cannot be replayed yet",
            words=f"There {'is' if len(loaded.errors) == 1 else 'are'} {faults} to correct first; each is named by its line.",
            steps=[Link("See what is to correct", f"{at}#problems", is_go=True), Link("Open it as forms", f"{at}parts/")],
        ))  # fmt: skip
    steps = [Link("Change the draft", f"{at}parts/"), Link("Look at the proposal", f"{at}proposal/", is_go=True)]
    tabs = [Place(said, href, is_current=is_now) for said, href, is_now in views(draft, "backtest")]
    digest = hashlib.sha256(draft.text.encode()).hexdigest()
    trail = [*crumbs("Draft")[:-1], Link("Draft", f"{at}parts/"), Link("Back-test", "")]
    return Paper(f"{at}backtest/", "the draft", loaded.terms, digest, None, trail, steps, tabs)


def _version(number: int) -> Paper:
    one = version_of(number)
    at, name = f"/agreement/versions/{number}/", f"version {number}"
    trail = [Link("Agreement", "/agreement/"), Link(formats.capital(name), at), Link("Back-test", "")]
    return Paper(f"{at}backtest/", name, signed_of(one).terms, one.hash, one, trail, [Link("Read it", at)])


def _page(here: Here, paper: Paper) -> HttpResponseBase:
    lake = _lake(here)
    if lake is None:
        return _empty(here, nothing_yet(here))
    try:
        asked = _asked(here, paper)
        work = _work(lake, paper, asked)
        if work.done.is_set() and here.request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Refresh": "true"})
        if work.problem is not None:
            raise work.problem
    except UNTOLD as problem:
        return _empty(here, _why_not(here, paper, problem))
    if work.value is None:
        return _waiting(here, paper)
    return _shown(here, paper, asked, work.value)


def _lake(here: Here) -> Snapshot | None:
    try:
        return here.lake
    except (LakeDamaged, Unfit):
        return None


def _asked(here: Here, paper: Paper) -> Asked:
    """What the address asks for; what is not there is as good as not asked."""
    defined = [name for name, stage in paper.terms.stages.items() if stage.definition is not None]
    stage, against = here.request.GET.get("stage", ""), here.request.GET.get("against", "")
    stage = stage if stage in defined else stage_of(paper.terms, "", paper.name)
    versions = {str(one.number): one for one in Version.objects.order_by("number") if one != paper.own}
    usual, is_without = _usual(here, paper), here.request.GET.get("assumed") == LEFT_OUT
    chosen = against if against == NOTHING or against in versions else str(usual.number) if usual else NOTHING
    named = {number: f"Version {number}" for number in versions} | {NOTHING: "Nothing"}
    choices = [
        Choice("against", "Beside", named, chosen, otherwise=str(usual.number) if usual else NOTHING),
        Choice("stage", "Who would become", {name: words(name) for name in defined}, stage, otherwise=paper.terms.handoff_stage),
        Choice("assumed", "Assumed values", {"": "Counted", LEFT_OUT: "Left out"}, LEFT_OUT if is_without else ""),
    ]
    return Asked(stage, versions.get(chosen), is_without, choices)


def _usual(here: Here, paper: Paper) -> Version | None:
    """Beside what it is put unless somebody says otherwise: the version in force; beside that one what it amends."""
    row = in_force(here.at)
    current: Version | None = row.version if row else None
    return current.amends if current is not None and current == paper.own else current


def _both(paper: Paper, asked: Asked) -> tuple[Replayed, Replayed | None]:
    return paper.replayed(asked.stage), of_version(asked.against, asked.stage) if asked.against else None


def _work(lake: Snapshot, paper: Paper, asked: Asked) -> awaited.Work[Backtest]:
    """Raises NoDefinition."""
    new, old = _both(paper, asked)
    key = ("back-test", str(lake.folder), paper.digest, asked.stage, asked.against.hash if asked.against else "", asked.without_assumed)
    return awaited.asked(key, lake.version, lambda: backtest(lake, new, old, without_assumed=asked.without_assumed))


def _why_not(here: Here, paper: Paper, problem: Exception) -> Empty:
    own = [Link("Open it", paper.at.removesuffix("backtest/") + ("parts/" if paper.own is None else ""))]
    if isinstance(problem, NoDefinition) and not here.request.GET.get("against") and str(problem).startswith("version"):
        steps = [Link("Compare with nothing", f"{paper.at}?against={NOTHING}&stage={here.request.GET.get('stage', '')}", is_go=True), *own]
    elif isinstance(problem, NoHistory):
        steps = [Link("Import what happened", "/imports/new/", is_go=True), *own]
    else:
        steps = own
    return Empty(title="It cannot be replayed", words=sentence(problem), steps=steps)


def _empty(here: Here, empty: Empty) -> HttpResponse:
    return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty))


def _waiting(here: Here, paper: Paper) -> HttpResponse:
    said = f"Replaying {paper.name} over all that happened"
    progress = Progress(words=said, href=here.request.get_full_path(), note="It takes longer the more there is")
    is_part = bool(here.request.headers.get("HX-Request"))
    template = "treaty/parts/progress.html" if is_part else "treaty/agreement/backtest_waiting.html"
    context = {"title": "Back-test", "crumbs": paper.crumbs, "progress": progress}
    return render(here.request, template, extra(here, **context))


def _shown(here: Here, paper: Paper, asked: Asked, found: Backtest) -> HttpResponseBase:
    names = Names(here)
    found = names.of(found)
    query = {choice.key: here.request.GET[choice.key] for choice in asked.choices if here.request.GET.get(choice.key)}
    if here.request.GET.get("format") == "json":
        response = JsonResponse(as_data(found), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = 'attachment; filename="back-test.json"'
        return response
    told = parts_of(here, found, paper.terms, names, paper.at, query)
    return sections.show(
        here, found.as_of, told.sections, asked.choices, title=told.title, lede=told.lede, eyebrow=told.eyebrow, name="back-test",
        crumbs=paper.crumbs, steps=paper.steps, tabs=paper.tabs, tabs_label="Ways to look at this draft", below=told.below,
    )  # fmt: skip


def _people(here: Here, paper: Paper) -> HttpResponseBase:
    lake = _lake(here)
    if lake is None:
        return _empty(here, nothing_yet(here))
    try:
        asked = _asked(here, paper)
        new, old = _both(paper, asked)
        return people_found(here, lake, Asking(new, old, asked.without_assumed), _trail(here, paper))
    except LookupError:
        raise Http404 from None
    except UNTOLD as problem:
        return _empty(here, _why_not(here, paper, problem))


def _trail(here: Here, paper: Paper) -> list[Link]:
    query: Mapping[str, Any] = {key: value for key, value in here.request.GET.items() if key in ("against", "stage", "assumed")}
    back = paper.at + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")
    return [*paper.crumbs[:-1], Link("Back-test", back), Link("People", "")]
